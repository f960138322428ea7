package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Payloads;
import dev.millrace.orchestrator.core.state.Results;
import dev.millrace.orchestrator.core.state.WorkflowState;

/**
 * What an input is decided on.
 *
 * @param workflowId id of the workflow
 * @param definition the definition that the workflow is pinned to
 * @param state the workflow, or a fresh state for one that was never started
 * @param payloads the payloads that are kept of it
 * @param results those of steps that are kept beyond their workflows
 * @param nowMs the time, in epoch milliseconds
 */
public record Situation(
    String workflowId,
    CompiledDefinition definition,
    WorkflowState state,
    Payloads payloads,
    Results results,
    long nowMs) {
  /** A situation in which no results are kept. */
  public Situation(
      String workflowId,
      CompiledDefinition definition,
      WorkflowState state,
      Payloads payloads,
      long nowMs) {
    this(workflowId, definition, state, payloads, Results.NONE, nowMs);
  }
}
