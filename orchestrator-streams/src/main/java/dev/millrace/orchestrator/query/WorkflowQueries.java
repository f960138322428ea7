package dev.millrace.orchestrator.query;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.codec.WorkflowSummary;
import dev.millrace.orchestrator.core.event.StepHeld;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.flow.QueueReport;
import dev.millrace.orchestrator.processor.Definitions;
import dev.millrace.orchestrator.store.ChunkId;
import dev.millrace.orchestrator.store.Keys;
import dev.millrace.orchestrator.topology.OrchestratorTopology;
import dev.millrace.schemas.wire.MalformedRecordException;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads workflows of this engine and tells which engine has the others. Thread-safe. */
public final class WorkflowQueries {
  /**
   * Workflows that one question looks at, at most: one with a narrow filter is answered in more
   * pages, of which some may be empty.
   */
  private static final int LOOKED_AT = 100_000;

  private static final Logger LOG = LoggerFactory.getLogger(WorkflowQueries.class);

  private final KafkaStreams streams;
  private final HostInfo self;
  private final int partitions;
  private final QueueReport queues;
  private final QueriedDefinitions definitions;

  /** Reads the definitions that starts brought along; called from many threads. */
  @FunctionalInterface
  public interface OwnDefinitions {
    /**
     * The definition in a stored record.
     *
     * @throws MalformedRecordException when it is none
     */
    CompiledDefinition decode(byte[] record) throws MalformedRecordException;
  }

  /**
   * Queries over a Kafka Streams client.
   *
   * @param self where the other engines reach this one
   * @param partitions how many partitions of workflows there are, whoever has them. Kafka Streams
   *     knows only those of engines that it can tell apart
   * @param definitions those that are registered
   * @param ownDefinitions reads those that are not
   * @param queues tells how things stand at queues
   */
  public WorkflowQueries(
      KafkaStreams streams,
      HostInfo self,
      int partitions,
      Definitions definitions,
      OwnDefinitions ownDefinitions,
      QueueReport queues) {
    this.streams = streams;
    this.self = self;
    this.partitions = partitions;
    this.queues = queues;
    this.definitions = new QueriedDefinitions(definitions, ownDefinitions);
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

  /** The partition that a workflow id belongs to. */
  int partitionOf(String workflowId) {
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

  /** Where the other engines reach this one. */
  public HostInfo self() {
    return self;
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
   * Workflows that this engine has, in pages.
   *
   * @param filter which of them
   * @param after the id behind which the page begins; null for the first page
   * @param limit how many at most
   * @return a page that is partial when it was asked for a signal, and a workflow is left out whose
   *     definition cannot be read
   * @throws NotReadyException while the engine restores or rebalances
   */
  public Page<WorkflowStatusReport> list(WorkflowFilter filter, @Nullable String after, int limit) {
    Set<Integer> own = ownPartitions();
    int looks = Math.max(LOOKED_AT / Math.max(own.size(), 1), 1);
    List<Page<WorkflowStatusReport>> pages = new ArrayList<>();
    for (int partition : own) {
      pages.add(
          onStore(
              stores().withPartition(partition),
              store -> page(store, definitions, filter, after, limit, looks)));
    }
    return Page.merged(pages, limit, WorkflowStatusReport::workflowId);
  }

  static Page<WorkflowStatusReport> page(
      ReadOnlyKeyValueStore<Bytes, byte[]> store,
      QueriedDefinitions definitions,
      WorkflowFilter filter,
      @Nullable String after,
      int limit,
      int looks) {
    List<WorkflowStatusReport> found = new ArrayList<>();
    boolean isPartial = false;
    Bytes first = after == null ? Keys.firstWorkflow() : Keys.behindWorkflow(after);
    try (KeyValueIterator<Bytes, byte[]> workflows = store.range(first, Keys.afterWorkflows())) {
      for (int looked = 1; workflows.hasNext(); looked++) {
        KeyValue<Bytes, byte[]> each = workflows.next();
        String id = Keys.workflowId(each.key);
        WorkflowSummary workflow = WorkflowSummary.of(each.value);
        try {
          if (filter.fits(workflow) && fits(filter, store, definitions, id, each.value)) {
            found.add(WorkflowStatusReport.of(id, workflow));
          }
        } catch (NotReadyException e) { // of this one alone: the others are still to be told
          LOG.warn("workflow {} is left out of a list: {}", id, e.getMessage());
          isPartial = true;
        }
        if (found.size() == limit || looked == looks) {
          return new Page<>(found, workflows.hasNext() ? id : null, isPartial);
        }
      }
    }
    return new Page<>(found, null, isPartial);
  }

  /**
   * Whether the steps of a workflow are what a filter asks for; those of an ended one never are.
   */
  private static boolean fits(
      WorkflowFilter filter,
      ReadOnlyKeyValueStore<Bytes, byte[]> store,
      QueriedDefinitions definitions,
      String workflowId,
      byte[] stored) {
    if (filter.signal() == null) {
      return true;
    }
    PackedWorkflow workflow = PackedWorkflow.copyOf(stored);
    return WorkflowFilter.mayWait(workflow)
        && filter.fits(definitions.of(store, workflowId, workflow), workflow);
  }

  /**
   * Steps of a workflow that this engine has, in pages; empty when none of that id is known.
   *
   * @param selection which steps
   * @param from index of the first step to look at, from 0
   * @param limit how many at most
   * @throws NotReadyException while the engine restores or rebalances, or cannot read the
   *     definition
   */
  public Optional<StepsReport> steps(
      String workflowId, StepSelection selection, int from, int limit) {
    return onStore(
        stores().withPartition(partitionOf(workflowId)),
        store -> {
          byte[] stored = store.get(Keys.workflow(workflowId));
          if (stored == null) {
            return Optional.empty();
          }
          PackedWorkflow workflow = PackedWorkflow.copyOf(stored);
          if (workflow.status().hasEnded()) {
            return Optional.of(StepsReport.none(workflowId));
          }
          return Optional.of(
              StepsReport.of(
                      workflowId,
                      definitions.of(store, workflowId, workflow),
                      workflow,
                      selection,
                      from,
                      limit)
                  .heldBy(step -> heldBy(workflowId, step)));
        });
  }

  private StepHeld.Reason heldBy(String workflowId, StepsReport.Step step) {
    return queues
        .queue(partitionOf(workflowId), step.queue())
        .map(state -> state.heldBy(step.type()))
        .orElse(StepHeld.Reason.QUEUE);
  }

  /**
   * One page of the results of a step that runs for each item of a list; empty when there is none.
   *
   * @param page number of the page, from 0
   * @throws NotReadyException while the engine restores or rebalances
   */
  public Optional<ResultsReport> results(String workflowId, String step, int page) {
    return onStore(
        stores().withPartition(partitionOf(workflowId)),
        store -> Optional.ofNullable(ResultsReport.of(store, new ChunkId(workflowId, step, page))));
  }

  /**
   * The definition of a workflow that runs.
   *
   * @throws NotReadyException when it is not known here, or cannot be read
   */
  CompiledDefinition definition(
      ReadOnlyKeyValueStore<Bytes, byte[]> store, String workflowId, PackedWorkflow workflow) {
    return definitions.of(store, workflowId, workflow);
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
