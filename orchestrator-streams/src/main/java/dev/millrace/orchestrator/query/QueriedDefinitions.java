package dev.millrace.orchestrator.query;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.millrace.orchestrator.codec.PackedPayload;
import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.processor.Definitions;
import dev.millrace.orchestrator.store.Keys;
import dev.millrace.schemas.wire.MalformedRecordException;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/** The definitions of workflows that queries look into. Thread-safe. */
final class QueriedDefinitions {
  /** Steps of definitions that starts brought along kept compiled; others are compiled again. */
  private static final int CACHED_STEPS = 100_000;

  private final Definitions registered;
  private final WorkflowQueries.OwnDefinitions decoder;

  /** Definitions that starts brought along, by their fingerprint. */
  private final Cache<Long, CompiledDefinition> own =
      Caffeine.newBuilder()
          .executor(Runnable::run)
          .maximumWeight(CACHED_STEPS)
          .weigher((Long fingerprint, CompiledDefinition definition) -> definition.stepCount())
          .build();

  /**
   * No definition is read yet.
   *
   * @param registered those that are registered
   * @param decoder reads those that are not
   */
  QueriedDefinitions(Definitions registered, WorkflowQueries.OwnDefinitions decoder) {
    this.registered = registered;
    this.decoder = decoder;
  }

  /**
   * The definition of a workflow that runs.
   *
   * @throws NotReadyException when it is not known here, or cannot be read
   */
  CompiledDefinition of(
      ReadOnlyKeyValueStore<Bytes, byte[]> store, String workflowId, PackedWorkflow workflow) {
    if (workflow.isSpilled(PackedWorkflow.DEFINITION_SLOT)) {
      return own(store, workflowId, workflow);
    }
    CompiledDefinition known = registered.find(workflow.definitionFingerprint());
    if (known == null) {
      throw new NotReadyException(
          "definition %s/%d of workflow '%s' is not known here"
              .formatted(workflow.definition(), workflow.version(), workflowId),
          null);
    }
    return known;
  }

  private CompiledDefinition own(
      ReadOnlyKeyValueStore<Bytes, byte[]> store, String workflowId, PackedWorkflow workflow) {
    CompiledDefinition known = own.getIfPresent(workflow.definitionFingerprint());
    if (known != null) {
      return known;
    }
    byte[] stored = store.get(Keys.payload(workflowId, PackedWorkflow.DEFINITION_SLOT));
    if (stored == null) {
      throw new NotReadyException("workflow '%s' has just ended".formatted(workflowId), null);
    }
    try {
      CompiledDefinition read = decoder.decode(PackedPayload.of(stored).data());
      own.put(read.fingerprint(), read);
      return read;
    } catch (MalformedRecordException e) {
      throw new NotReadyException(
          "the definition that workflow '%s' brought along cannot be read: %s"
              .formatted(workflowId, e.getMessage()),
          e);
    }
  }
}
