package dev.millrace.orchestrator.query;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.codec.WorkflowSummary;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.store.Keys;
import dev.millrace.orchestrator.topology.OrchestratorTopology;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyQueryMetadata;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StoreQueryParameters;
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
  private static final StreamPartitioner<String, Object> BY_WORKFLOW_ID =
      (topic, workflowId, value, partitions) ->
          Optional.of(
              Set.of(BuiltInPartitioner.partitionForKey(workflowId.getBytes(UTF_8), partitions)));

  private final KafkaStreams streams;
  private final HostInfo self;

  public WorkflowQueries(KafkaStreams streams, String host, int port) {
    this.streams = streams;
    this.self = new HostInfo(host, port);
  }

  /** The engine that has a workflow, if it is another one. */
  public Optional<HostInfo> otherOwner(String workflowId) {
    KeyQueryMetadata metadata;
    try {
      metadata =
          streams.queryMetadataForKey(
              OrchestratorTopology.WORKFLOWS_STORE, workflowId, BY_WORKFLOW_ID);
    } catch (StreamsNotStartedException e) {
      throw new NotReadyException("the engine is starting", e);
    }
    if (metadata == null || metadata.equals(KeyQueryMetadata.NOT_AVAILABLE)) {
      throw new NotReadyException("the engines are sharing out their work", null);
    }
    return metadata.activeHost().equals(self)
        ? Optional.empty()
        : Optional.of(metadata.activeHost());
  }

  /** All other engines. */
  public Set<HostInfo> otherEngines() {
    return streams.metadataForAllStreamsClients().stream()
        .map(client -> client.hostInfo())
        .filter(host -> !host.equals(self) && !host.equals(HostInfo.unavailable()))
        .collect(Collectors.toSet());
  }

  /**
   * A workflow that this engine has.
   *
   * @throws NotReadyException while the engine restores or rebalances
   */
  public Optional<WorkflowStatusReport> find(String workflowId) {
    byte[] stored = onStore(store -> store.get(Keys.workflow(workflowId)));
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

  private <T extends @Nullable Object> T onStore(StoreReader<T> reader) {
    try {
      return reader.read(
          streams.store(
              StoreQueryParameters.fromNameAndType(
                  OrchestratorTopology.WORKFLOWS_STORE, QueryableStoreTypes.keyValueStore())));
    } catch (InvalidStateStoreException e) {
      throw new NotReadyException("the engine is starting, restoring or rebalancing", e);
    }
  }

  @FunctionalInterface
  private interface StoreReader<T extends @Nullable Object> {
    T read(ReadOnlyKeyValueStore<Bytes, byte[]> store);
  }
}
