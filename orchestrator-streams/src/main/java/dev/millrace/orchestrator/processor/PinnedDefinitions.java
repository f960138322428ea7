package dev.millrace.orchestrator.processor;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.millrace.orchestrator.codec.InputDecoder;
import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.decide.Decision;
import dev.millrace.orchestrator.core.decide.Refusal;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.store.WorkflowStore;
import dev.millrace.schemas.wire.MalformedRecordException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the definition that a workflow is pinned to: a registered one, or the one that its start
 * brought along. Belongs to one stream task.
 */
final class PinnedDefinitions {
  /** Steps of workflows' own definitions kept compiled; others are compiled again when needed. */
  private static final int CACHED_STEPS = 100_000;

  private final Definitions registered;
  private final InputDecoder decoder;
  private final WorkflowStore store;
  private final Cache<String, CompiledDefinition> own =
      Caffeine.newBuilder()
          .executor(Runnable::run)
          .maximumWeight(CACHED_STEPS)
          .weigher((String id, CompiledDefinition definition) -> definition.stepCount())
          .build();

  PinnedDefinitions(Definitions registered, InputDecoder decoder, WorkflowStore store) {
    this.registered = registered;
    this.decoder = decoder;
    this.store = store;
  }

  /** A workflow's definition, or that it is not to be had. */
  sealed interface Pinned {}

  /** The content that the workflow began with. */
  record Found(CompiledDefinition definition) implements Pinned {}

  /** There is none, or another one; why, for the inputs that cannot be applied. */
  record Lost(Decision.Refused refusal) implements Pinned {}

  /** The definition of a chunk's workflow, if it is at hand. */
  @Nullable CompiledDefinition known(String workflowId, PackedWorkflow chunk) {
    CompiledDefinition definition = registered.find(chunk.definitionFingerprint());
    if (definition == null) {
      definition = own.getIfPresent(workflowId);
    }
    return definition != null && definition.fingerprint() == chunk.definitionFingerprint()
        ? definition
        : null;
  }

  /** The definition of a workflow; does not wait for one that cannot be read now. */
  Pinned find(String workflowId, PackedWorkflow workflow) {
    if (workflow.isSpilled(PackedWorkflow.DEFINITION_SLOT)) {
      return findOwn(workflowId, workflow);
    }
    // Not by name, of which a text would have to be made for each input.
    CompiledDefinition definition = registered.find(workflow.definitionFingerprint());
    if (definition != null) {
      return new Found(definition);
    }
    String name = workflow.definition();
    int version = workflow.version();
    return registered.find(name, version) == null
        ? lost(
            Refusal.DEFINITION_MISSING,
            "definition %s/%d, which workflow '%s' runs, is not published any more; publish it again with the same content, then send this record again"
                .formatted(name, version, workflowId))
        : lost(
            Refusal.DEFINITION_CHANGED,
            "definition %s/%d has another content than when workflow '%s' began; publish that content again under this version, then send this record again; changes need a new version"
                .formatted(name, version, workflowId));
  }

  /**
   * The definition of a workflow, which is waited for while definitions cannot be read.
   *
   * @throws dev.millrace.schemas.registry.RegistryUnavailableException when that takes too long
   */
  Pinned await(String workflowId, PackedWorkflow workflow) {
    Pinned pinned = find(workflowId, workflow);
    if (pinned instanceof Lost && registered.areHeldUp()) {
      registered.awaitReading();
      pinned = find(workflowId, workflow);
    }
    return pinned;
  }

  private Pinned findOwn(String workflowId, PackedWorkflow workflow) {
    CompiledDefinition definition = own.getIfPresent(workflowId);
    // An id may be used again, with another definition, once its former workflow is forgotten.
    if (definition == null || definition.fingerprint() != workflow.definitionFingerprint()) {
      Payload stored = store.payload(workflowId, workflow, PackedWorkflow.DEFINITION_SLOT);
      if (stored == null) {
        throw new IllegalStateException(
            "workflow '%s' has lost its definition".formatted(workflowId));
      }
      try {
        definition = decoder.storedDefinition(stored.data());
      } catch (MalformedRecordException e) {
        return lost(
            Refusal.DEFINITION_MISSING,
            "the definition that workflow '%s' brought along cannot be read (%s); make its schema known to the registry again, then send this record again"
                .formatted(workflowId, e.getMessage()));
      }
      own.put(workflowId, definition);
    }
    return new Found(definition);
  }

  private static Lost lost(Refusal reason, String message) {
    return new Lost(new Decision.Refused(reason, message));
  }
}
