package dev.millrace.orchestrator.processor;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.millrace.orchestrator.codec.InputDecoder;
import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.store.WorkflowStore;
import dev.millrace.schemas.wire.MalformedRecordException;

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

  CompiledDefinition definition(String workflowId, PackedWorkflow workflow) {
    if (workflow.isSpilled(PackedWorkflow.DEFINITION_SLOT)) {
      return own.get(workflowId, id -> compileOwn(id, workflow));
    }
    CompiledDefinition definition = registered.find(workflow.definition(), workflow.version());
    if (definition == null) {
      throw new IllegalStateException(
          "definition %s/%d of the running workflow '%s' is gone; publish it again"
              .formatted(workflow.definition(), workflow.version(), workflowId));
    }
    return definition;
  }

  private CompiledDefinition compileOwn(String workflowId, PackedWorkflow workflow) {
    Payload stored = store.payload(workflowId, workflow, PackedWorkflow.DEFINITION_SLOT);
    if (stored == null) {
      throw new IllegalStateException(
          "workflow '%s' has lost its definition".formatted(workflowId));
    }
    try {
      return decoder.storedDefinition(stored.data());
    } catch (MalformedRecordException e) {
      throw new IllegalStateException(
          "the definition that workflow '%s' brought along cannot be read".formatted(workflowId),
          e);
    }
  }
}
