package dev.millrace.orchestrator.core.invariant;

import dev.millrace.orchestrator.core.event.AttemptHeard;
import dev.millrace.orchestrator.core.graph.CompiledAction;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;

/** What must hold of the attempts of each step. Not thread-safe. */
final class AttemptAccount {
  private final Complaints complaints;

  /** The highest attempt of any step so far. */
  private int highest;

  AttemptAccount(Complaints complaints) {
    this.complaints = complaints;
  }

  /** Another attempt of a step begins. */
  void attempted(StepAccount step, int attempt) {
    complaints.unless(
        attempt == step.attempts() + 1,
        "attempt %d of step '%s' follows attempt %d",
        attempt,
        step.step().id(),
        step.attempts());
    step.attempt(attempt);
    highest = Math.max(highest, attempt);
    int most = step.step().retry().maxAttempts();
    complaints.unless(
        step.attemptsOfRound() <= most,
        "attempt %d of step '%s' of %d",
        step.attemptsOfRound(),
        step.step().id(),
        most);
  }

  /** The open attempt of a step is over. */
  void close(StepAccount step, int attempt) {
    boolean isOpen =
        step.status() == StepStatus.OPEN
            || (step.status() == StepStatus.SUSPENDED
                && (step.step().action() instanceof CompiledAction.StartChild
                    || step.step().action() instanceof CompiledAction.AwaitSignal));
    complaints.unless(
        isOpen && step.attempts() == attempt,
        "attempt %d of step '%s' is over, but the step is %s at attempt %d",
        attempt,
        step.step().id(),
        step.status(),
        step.attempts());
  }

  /** A step fails: of a time-out only when its time has come. */
  void notTooEarly(StepAccount step, Failure failure, long atMs) {
    boolean isTimeout = failure.type().equals(Failure.START_TO_CLOSE_TIMEOUT);
    boolean isDue = step.dueMs() != WorkflowView.NO_DEADLINE && atMs >= step.dueMs();
    complaints.unless(
        isDue || !isTimeout,
        "step '%s' times out at %d; its deadline is %d",
        step.step().id(),
        atMs,
        step.dueMs());
  }

  /** A worker gives a sign of life. */
  void heard(StepAccount step, AttemptHeard heard) {
    complaints.unless(
        step.status() == StepStatus.OPEN && step.attempts() == heard.attempt(),
        "a sign of attempt %d of step '%s', which is not open",
        heard.attempt(),
        step.step().id());
    step.become(StepStatus.OPEN, heard.deadlineMs());
  }

  /** The highest attempt of any step so far. */
  int highest() {
    return highest;
  }

  /**
   * Steps, or branches of a chunk, are tried for the first time after so many attempts of others.
   */
  void follow(StepAccount[] steps, int formerAttempts) {
    for (StepAccount step : steps) {
      step.follow(formerAttempts);
    }
  }

  /** A chunk tells how far it is: only while its step waits for it. */
  void reported(StepAccount step, boolean isForked, int attempt) {
    complaints.unless(
        isForked && step.status() == StepStatus.SUSPENDED && step.attempts() == attempt,
        "a chunk of attempt %d of step '%s' reports, which is %s at attempt %d",
        attempt,
        step.step().id(),
        step.status(),
        step.attempts());
  }
}
