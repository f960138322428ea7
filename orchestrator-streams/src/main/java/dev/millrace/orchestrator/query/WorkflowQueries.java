package dev.millrace.orchestrator.query;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.codec.WorkflowSummary;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.store.Keys;
import dev.millrace.orchestrator.topology.OrchestratorTopology;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyQueryMetadata;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsMetadata;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.errors.StreamsNotStartedException;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.state.HostInfo;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;

/** Reads workflows of this engine and tells which engine has the others. Thread-safe. */
public final class WorkflowQueries {
  private final KafkaStreams streams;
  private final HostInfo self;
  private final int partitions;

  /**
   * Queries over a Kafka Streams client.
   *
   * @param self where the other engines reach this one
   * @param partitions how many partitions of workflows there are, whoever has them. Kafka Streams
   *     knows only those of engines that it can tell apart
   */
  public WorkflowQueries(KafkaStreams streams, HostInfo self, int partitions) {
    this.streams = streams;
    this.self = self;
    this.partitions = partitions;
  }

  /**
   * The engine that has a workflow, if it is another one.
   *
   * @throws NotReadyException when it is not known, or advertises the address of this one
   */
  public Optional<HostInfo> otherOwner(String workflowId) {
    int partition = partitionOf(workflowId);
    if (ownPartitions().contains(partition)) {
      return Optional.empty();
    }
    HostInfo owner = owner(workflowId, partition);
    if (owner.equals(self) || owner.equals(HostInfo.unavailable())) {
      throw new NotReadyException(
          "partition %d is not here now: the engines are sharing out their work, or another one advertises %s:%d as this one does and needs an http.advertised of its own"
              .formatted(partition, self.host(), self.port()),
          null);
    }
    return Optional.of(owner);
  }

  private HostInfo owner(String workflowId, int partition) {
    StreamPartitioner<String, Object> known =
        (topic, key, value, partitionsSeen) -> Optional.of(Set.of(partition));
    KeyQueryMetadata metadata;
    try {
      metadata =
          streams.queryMetadataForKey(OrchestratorTopology.WORKFLOWS_STORE, workflowId, known);
    } catch (StreamsNotStartedException e) {
      throw new NotReadyException("the engine is starting", e);
    }
    if (metadata == null || metadata.equals(KeyQueryMetadata.NOT_AVAILABLE)) {
      throw new NotReadyException("the engines are sharing out their work", null);
    }
    return metadata.activeHost();
  }

  private int partitionOf(String workflowId) {
    return BuiltInPartitioner.partitionForKey(workflowId.getBytes(UTF_8), partitions);
  }

  /** How many partitions of workflows there are, whoever has them. */
  public int partitions() {
    return partitions;
  }

  /**
   * All other engines.
   *
   * @throws NotReadyException while the engine starts
   */
  public List<OtherEngine> otherEngines() {
    Collection<StreamsMetadata> clients;
    try {
      clients = streams.metadataForAllStreamsClients();
    } catch (StreamsNotStartedException e) {
      throw new NotReadyException("the engine is starting", e);
    }
    return clients.stream()
        .filter(client -> !client.hostInfo().equals(self))
        .filter(client -> !client.hostInfo().equals(HostInfo.unavailable()))
        .map(client -> new OtherEngine(client.hostInfo(), numbers(client.topicPartitions())))
        .toList();
  }

  /** Partitions of the workflows that this engine has. */
  public Set<Integer> ownPartitions() {
    return streams.metadataForLocalThreads().stream()
        .flatMap(thread -> thread.activeTasks().stream())
        .flatMap(task -> numbers(task.topicPartitions()).stream())
        .collect(Collectors.toSet());
  }

  private static Set<Integer> numbers(Set<TopicPartition> partitions) {
    return partitions.stream().map(TopicPartition::partition).collect(Collectors.toSet());
  }

  /**
   * A workflow that this engine has.
   *
   * @throws NotReadyException while the engine restores or rebalances
   */
  public Optional<WorkflowStatusReport> find(String workflowId) {
    // Asked of its own partition, which is either here or is not: never "unknown" for elsewhere.
    byte[] stored =
        onStore(
            stores().withPartition(partitionOf(workflowId)),
            store -> store.get(Keys.workflow(workflowId)));
    return Optional.ofNullable(stored)
        .map(bytes -> WorkflowStatusReport.of(workflowId, WorkflowSummary.of(bytes)));
  }

  /**
   * Workflows that this engine has, in no order.
   *
   * @param status only these; null for all
   * @param limit how many at most
   * @throws NotReadyException while the engine restores or rebalances
   */
  public List<WorkflowStatusReport> list(@Nullable WorkflowStatus status, int limit) {
    return onStore(
        stores(),
        store -> {
          List<WorkflowStatusReport> found = new ArrayList<>();
          try (KeyValueIterator<Bytes, byte[]> workflows =
              store.range(Keys.firstWorkflow(), Keys.afterWorkflows())) {
            while (workflows.hasNext() && found.size() < limit) {
              KeyValue<Bytes, byte[]> each = workflows.next();
              WorkflowSummary workflow = WorkflowSummary.of(each.value);
              if (status == null || workflow.status() == status) {
                found.add(WorkflowStatusReport.of(Keys.workflowId(each.key), workflow));
              }
            }
          }
          return found;
        });
  }

  /** What the store of the partition that an id belongs to says. */
  <T extends @Nullable Object> T inPartitionOf(String id, StoreReader<T> reader) {
    return onStore(stores().withPartition(partitionOf(id)), reader);
  }

  /** What the stores of this engine say as one. */
  <T extends @Nullable Object> T inAll(StoreReader<T> reader) {
    return onStore(stores(), reader);
  }

  private static StoreQueryParameters<ReadOnlyKeyValueStore<Bytes, byte[]>> stores() {
    return StoreQueryParameters.fromNameAndType(
        OrchestratorTopology.WORKFLOWS_STORE, QueryableStoreTypes.keyValueStore());
  }

  private <T extends @Nullable Object> T onStore(
      StoreQueryParameters<ReadOnlyKeyValueStore<Bytes, byte[]>> which, StoreReader<T> reader) {
    try {
      return reader.read(streams.store(which));
    } catch (InvalidStateStoreException e) {
      throw new NotReadyException("the engine is starting, restoring or rebalancing", e);
    }
  }

  @FunctionalInterface
  interface StoreReader<T extends @Nullable Object> {
    T read(ReadOnlyKeyValueStore<Bytes, byte[]> store);
  }
}
