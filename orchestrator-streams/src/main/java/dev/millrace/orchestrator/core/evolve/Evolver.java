package dev.millrace.orchestrator.core.evolve;

import dev.millrace.orchestrator.core.event.AttemptFailed;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.event.WorkflowStarted;
import dev.millrace.orchestrator.core.graph.Adjacency;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.WorkflowState;

/**
 * Applies one event to the state of a workflow. Stateless. The same events give the same state,
 * byte for byte, whether they were just decided or are read back from the event log.
 */
public final class Evolver {
  private Evolver() {}

  /**
   * Applies an event.
   *
   * @param atMs when it was decided, in epoch milliseconds
   */
  public static void evolve(
      CompiledDefinition definition, WorkflowState state, Event event, long atMs) {
    switch (event) {
      case WorkflowStarted started ->
          state.begin(
              definition,
              started.input(),
              started.tenant(),
              started.priority(),
              started.deadlineMs(),
              atMs);
      case StepDispatched step -> state.open(step.step(), step.attempt(), step.deadlineMs());
      case StepSucceeded step -> succeed(definition, state, step);
      case AttemptFailed failed -> state.backOff(failed.step(), failed.retryAtMs());
      case StepFailed failed -> state.fail(failed.step());
      case WorkflowEnded ended -> state.end(ended.status(), ended.failure(), atMs);
    }
    state.incrementSequence();
  }

  private static void succeed(
      CompiledDefinition definition, WorkflowState state, StepSucceeded succeeded) {
    int step = succeeded.step();
    Adjacency dependents = definition.dependents();
    state.succeed(step, succeeded.output(), dependents.degree(step) > 0);
    for (int edge = dependents.start(step); edge < dependents.end(step); edge++) {
      state.decrementRemainingDependencies(dependents.target(edge));
    }
  }
}
