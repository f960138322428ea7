package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.event.WorkflowStarted;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.AttemptReported;
import dev.millrace.orchestrator.core.input.CancelRequested;
import dev.millrace.orchestrator.core.input.Input;
import dev.millrace.orchestrator.core.input.MigrationRequested;
import dev.millrace.orchestrator.core.input.StartRequested;
import dev.millrace.orchestrator.core.input.TimerFired;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Outcome;
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
          case CancelRequested cancel -> cancel(cancel, transition, steps);
          case AttemptReported report -> steps.report(report);
          case MigrationRequested migration -> new Migration(migration, transition).decide();
          case TimerFired fired -> timer(transition, steps);
        };
    return refused == null ? transition.accepted() : refused;
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
    transition.armTimer(deadlineMs);
    steps.startFirst();
    return null;
  }

  private static Decision.@Nullable Refused cancel(
      CancelRequested cancel, Transition transition, Steps steps) {
    Decision.@Nullable Refused refused = Refusals.unlessRunning(transition.state());
    if (refused == null && transition.state().outcome() != null) {
      return new Decision.Refused(
          Refusal.ALREADY_ENDING, "the workflow is ending already; terminate it to end it at once");
    }
    if (refused == null) {
      Failure failure = new Failure(Failure.CANCELLED, cancel.reason(), false);
      steps.ending().begin(new Outcome(WorkflowStatus.CANCELLED, failure));
    }
    return refused;
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
