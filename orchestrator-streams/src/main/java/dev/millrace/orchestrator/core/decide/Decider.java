package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.event.ControlRefused;
import dev.millrace.orchestrator.core.event.WorkflowStarted;
import dev.millrace.orchestrator.core.evolve.Evolver;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.AttemptReported;
import dev.millrace.orchestrator.core.input.AttemptRunning;
import dev.millrace.orchestrator.core.input.ChunkReported;
import dev.millrace.orchestrator.core.input.ChunkRequested;
import dev.millrace.orchestrator.core.input.ControlRequested;
import dev.millrace.orchestrator.core.input.Input;
import dev.millrace.orchestrator.core.input.StartRequested;
import dev.millrace.orchestrator.core.input.StepReleased;
import dev.millrace.orchestrator.core.input.TimerFired;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Outcome;
import dev.millrace.orchestrator.core.state.WorkflowState;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import org.jspecify.annotations.Nullable;

/**
 * Decides what an input does to a workflow. Stateless and deterministic: the same situation and
 * input give the same decision.
 */
public final class Decider {
  private Decider() {}

  /**
   * Decides on an input and, when it is accepted, leaves the state evolved by the decision's
   * events. After a refusal the state is as it was; after an exception it is undefined and must be
   * dropped.
   */
  public static Decision decide(Situation situation, Input input) {
    Transition transition = new Transition(situation);
    Steps steps = new Steps(transition);
    Decision.@Nullable Refused refused =
        switch (input) {
          case StartRequested start -> start(start, transition, steps);
          case ControlRequested request -> new Operators(transition, steps).decide(request);
          case AttemptReported report ->
              transition.chunk() == null ? steps.report(report) : steps.branches().report(report);
          case AttemptRunning report -> steps.heartbeats().hear(report);
          case TimerFired fired ->
              transition.chunk() == null
                  ? timer(transition, steps)
                  : steps.branches().fireDeadlines();
          case ChunkRequested chunk -> steps.branches().start(chunk);
          case ChunkReported report -> steps.forks().report(report);
          case StepReleased released ->
              transition.chunk() == null
                  ? steps.release(released.step())
                  : steps.branches().release(released.step());
        };
    return refused == null ? transition.accepted() : refused;
  }

  /**
   * Decides on a control of a workflow that has ended, of whose definition nothing may be known any
   * more: it is refused, and an event says so.
   */
  public static ControlRefused refuseAfterEnd(WorkflowState state) {
    ControlRefused event =
        new ControlRefused(Refusal.WORKFLOW_ENDED.code(), Refusals.ended(state.status()).message());
    Evolver.evolveEnded(state, event);
    return event;
  }

  private static Decision.@Nullable Refused start(
      StartRequested start, Transition transition, Steps steps) {
    if (Duplicates.decide(start.onDuplicate(), transition.state().status())
        != Duplicates.Verdict.BEGIN) {
      return new Decision.Refused(
          Refusal.ALREADY_STARTED, "the workflow id is taken; choose another for another workflow");
    }
    CompiledDefinition definition = transition.definition();
    long deadlineMs =
        Deadlines.earlier(
            start.deadlineMs(), Deadlines.after(transition.nowMs(), definition.timeoutMs()));
    transition.record(
        new WorkflowStarted(
            definition.name(),
            definition.version(),
            start.input(),
            start.tenant(),
            start.priority(),
            deadlineMs,
            start.ownDefinition(),
            start.parent()));
    transition.room().take(start.definitionBytes());
    transition.armTimer(deadlineMs);
    steps.startFirst();
    return null;
  }

  private static Decision.@Nullable Refused timer(Transition transition, Steps steps) {
    Decision.@Nullable Refused refused = Refusals.unlessRunning(transition.state());
    if (refused != null) {
      return refused;
    }
    if (Deadlines.isDue(transition.state().deadlineMs(), transition.nowMs())) {
      Failure failure =
          new Failure(Failure.WORKFLOW_TIMEOUT, "the workflow did not end in time", false);
      steps.ending().begin(new Outcome(WorkflowStatus.TIMED_OUT, failure));
    } else {
      steps.fireDeadlines();
    }
    return null;
  }
}
