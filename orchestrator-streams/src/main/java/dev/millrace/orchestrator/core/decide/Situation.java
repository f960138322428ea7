package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.Targets;
import dev.millrace.orchestrator.core.state.Payloads;
import dev.millrace.orchestrator.core.state.Results;
import dev.millrace.orchestrator.core.state.WorkflowState;
import org.jspecify.annotations.Nullable;

/**
 * What an input is decided on.
 *
 * @param workflowId id of the workflow
 * @param definition the definition that the workflow is pinned to
 * @param state the workflow, or a fresh state for one that was never started
 * @param payloads the payloads that are kept of it
 * @param results those of steps that are kept beyond their workflows
 * @param targets what it can be migrated to
 * @param nowMs the time, in epoch milliseconds
 * @param chunk where the state is that of a chunk of branches, which; null for a workflow
 * @param room what the events of the input may still take, whatever else comes to be decided of it
 * @param gate which steps must wait for their queues
 */
public record Situation(
    String workflowId,
    CompiledDefinition definition,
    WorkflowState state,
    Payloads payloads,
    Results results,
    Targets targets,
    long nowMs,
    @Nullable Chunk chunk,
    EventRoom room,
    Gate gate) {
  /** A situation in which nothing was decided yet. */
  public Situation(
      String workflowId,
      CompiledDefinition definition,
      WorkflowState state,
      Payloads payloads,
      Results results,
      Targets targets,
      long nowMs,
      @Nullable Chunk chunk,
      Gate gate) {
    this(
        workflowId,
        definition,
        state,
        payloads,
        results,
        targets,
        nowMs,
        chunk,
        new EventRoom(),
        gate);
  }

  /** One in which no results are kept, no other version is known and no step has to wait. */
  public Situation(
      String workflowId,
      CompiledDefinition definition,
      WorkflowState state,
      Payloads payloads,
      long nowMs) {
    this(
        workflowId,
        definition,
        state,
        payloads,
        Results.NONE,
        Targets.NONE,
        nowMs,
        null,
        Gate.OPEN);
  }

  /** The same workflow with another definition. */
  public Situation with(CompiledDefinition other) {
    return new Situation(
        workflowId, other, state, payloads, results, targets, nowMs, chunk, room, gate);
  }
}
