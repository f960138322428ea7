package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Payloads;
import dev.millrace.orchestrator.core.state.WorkflowState;
import org.jspecify.annotations.Nullable;

/**
 * What an input is decided on.
 *
 * @param workflowId id of the workflow
 * @param definition the definition that the workflow is pinned to
 * @param state the workflow, or a fresh state for one that was never started
 * @param payloads the payloads that are kept of it
 * @param nowMs the time, in epoch milliseconds
 * @param chunk where the state is that of a chunk of branches, which; null for a workflow
 */
public record Situation(
    String workflowId,
    CompiledDefinition definition,
    WorkflowState state,
    Payloads payloads,
    long nowMs,
    @Nullable Chunk chunk) {
  /** The situation of a workflow. */
  public Situation(
      String workflowId,
      CompiledDefinition definition,
      WorkflowState state,
      Payloads payloads,
      long nowMs) {
    this(workflowId, definition, state, payloads, nowMs, null);
  }
}
