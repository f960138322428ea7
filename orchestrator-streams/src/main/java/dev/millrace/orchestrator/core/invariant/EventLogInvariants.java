package dev.millrace.orchestrator.core.invariant;

import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.JoinRule;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.event.AttemptFailed;
import dev.millrace.orchestrator.core.event.ControlRefused;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.MigrationTried;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.StepHeld;
import dev.millrace.orchestrator.core.event.StepRepeated;
import dev.millrace.orchestrator.core.event.StepSkipped;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.StepSuspended;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.event.WorkflowEnding;
import dev.millrace.orchestrator.core.event.WorkflowMigrated;
import dev.millrace.orchestrator.core.event.WorkflowStarted;
import dev.millrace.orchestrator.core.graph.Adjacency;
import dev.millrace.orchestrator.core.graph.CompiledAction;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.CompiledStep;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Outcome;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What must hold of the events of one workflow, fed in the order of its log. It keeps its own
 * account of the steps and shares no code with the decider, so that a fault of one does not hide in
 * the other. Superseded events must be left out by the caller. Not thread-safe.
 */
public final class EventLogInvariants {
  private CompiledDefinition definition;
  private StepStatus[] statuses;
  private int[] attempts;
  private long[] deadlinesMs;
  private final List<String> violations = new ArrayList<>(0);
  private WorkflowStatus status = WorkflowStatus.ABSENT;
  private long workflowDeadlineMs = WorkflowView.NO_DEADLINE;
  private long nextSequence;
  private int[] formerAttempts;
  private boolean stepFailed;
  private boolean ending;
  private @Nullable Outcome expectedEnd;

  /**
   * A checker for one workflow.
   *
   * @param definition the definition that the workflow is pinned to in the beginning
   */
  public EventLogInvariants(CompiledDefinition definition) {
    this.definition = definition;
    statuses = new StepStatus[definition.stepCount()];
    Arrays.fill(statuses, StepStatus.WAITING);
    attempts = new int[definition.stepCount()];
    formerAttempts = new int[definition.stepCount()];
    deadlinesMs = new long[definition.stepCount()];
  }

  /**
   * Takes the next event of the log.
   *
   * @param atMs when it was decided, in epoch milliseconds
   */
  public void accept(long sequence, Event event, long atMs) {
    expect(sequence, sequence == nextSequence, "the next sequence number is %d", nextSequence);
    nextSequence = sequence + 1;
    expect(sequence, !status.hasEnded(), "%s after the end", event);
    boolean starts = event instanceof WorkflowStarted;
    expect(sequence, starts == (status == WorkflowStatus.ABSENT), "%s while %s", event, status);
    boolean ends = event instanceof WorkflowEnded || event instanceof WorkflowEnding;
    expect(sequence, !stepFailed || ending || ends, "%s, but a step has failed for good", event);
    switch (event) {
      case WorkflowStarted started -> {
        status = WorkflowStatus.RUNNING;
        workflowDeadlineMs = started.deadlineMs();
      }
      case StepDispatched dispatched -> dispatched(sequence, dispatched, atMs);
      case StepSuspended suspended -> suspended(sequence, suspended);
      case WorkflowMigrated migrated -> migrated(migrated.target());
      case MigrationTried tried -> {}
      case ControlRefused refused -> {}
      case StepHeld held -> {
        begins(sequence, held.step(), "held");
        statuses[held.step()] = StepStatus.READY;
        deadlinesMs[held.step()] = held.untilMs();
      }
      case StepSkipped skipped -> {
        expect(
            sequence,
            statuses[skipped.step()] == StepStatus.WAITING,
            "step '%s' is skipped while %s",
            id(skipped.step()),
            statuses[skipped.step()]);
        statuses[skipped.step()] = StepStatus.SKIPPED;
      }
      case StepRepeated repeated -> {
        close(sequence, repeated.step(), repeated.attempt(), StepStatus.BACKING_OFF);
        formerAttempts[repeated.step()] = repeated.attempt();
        deadlinesMs[repeated.step()] = repeated.nextAtMs();
      }
      case StepSucceeded success -> succeeded(sequence, success);
      case AttemptFailed failed -> attemptFailed(sequence, failed, atMs);
      case StepFailed failed -> stepFailed(sequence, failed, atMs);
      case WorkflowEnding begins -> ending(begins);
      case WorkflowEnded ended -> ended(sequence, ended, atMs);
    }
  }

  /** What was found wrong so far, each with the sequence number of its event. */
  public List<String> violations() {
    return List.copyOf(violations);
  }

  /** Where the events so far have brought the workflow. */
  public WorkflowStatus status() {
    return status;
  }

  private void dispatched(long sequence, StepDispatched dispatched, long atMs) {
    int step = dispatched.step();
    begins(sequence, step, "dispatched");
    attempted(sequence, step, dispatched.attempt());
    int most = definition.step(step).retry().maxAttempts();
    int ofRound = dispatched.attempt() - formerAttempts[step];
    expect(sequence, ofRound <= most, "attempt %d of step '%s' of %d", ofRound, id(step), most);
    expect(
        sequence,
        statuses[step] != StepStatus.BACKING_OFF || atMs >= deadlinesMs[step],
        "step '%s' is tried again at %d, before %d",
        id(step),
        atMs,
        deadlinesMs[step]);
    statuses[step] = StepStatus.OPEN;
    deadlinesMs[step] = dispatched.deadlineMs();
  }

  private void migrated(CompiledDefinition target) {
    CompiledDefinition former = definition;
    StepStatus[] formerStatuses = statuses;
    int[] attemptsBefore = attempts;
    int[] roundsBefore = formerAttempts;
    long[] formerDeadlinesMs = deadlinesMs;
    definition = target;
    statuses = new StepStatus[target.stepCount()];
    attempts = new int[target.stepCount()];
    formerAttempts = new int[target.stepCount()];
    deadlinesMs = new long[target.stepCount()];
    for (int step = 0; step < target.stepCount(); step++) {
      int old = former.indexOf(target.step(step).id());
      boolean isNew = old == CompiledDefinition.NO_STEP;
      statuses[step] = isNew ? StepStatus.WAITING : formerStatuses[old];
      attempts[step] = isNew ? 0 : attemptsBefore[old];
      formerAttempts[step] = isNew ? 0 : roundsBefore[old];
      deadlinesMs[step] = isNew ? WorkflowView.NO_DEADLINE : formerDeadlinesMs[old];
    }
  }

  private void suspended(long sequence, StepSuspended suspended) {
    int step = suspended.step();
    begins(sequence, step, "suspended");
    attempted(sequence, step, suspended.attempt());
    statuses[step] = StepStatus.SUSPENDED;
    deadlinesMs[step] = suspended.dueMs();
  }

  private void succeeded(long sequence, StepSucceeded success) {
    int step = success.step();
    boolean isRun = success.source() == StepSucceeded.Source.ATTEMPT;
    if (isRun && definition.step(step).action() instanceof CompiledAction.Work) {
      close(sequence, step, success.attempt(), StepStatus.SUCCEEDED);
      return;
    }
    if (statuses[step] != StepStatus.SUSPENDED) {
      begins(sequence, step, "done by the engine");
      attempted(sequence, step, success.attempt());
    }
    statuses[step] = StepStatus.SUCCEEDED;
    deadlinesMs[step] = WorkflowView.NO_DEADLINE;
  }

  private void attempted(long sequence, int step, int attempt) {
    expect(
        sequence,
        attempt == attempts[step] + 1,
        "attempt %d of step '%s' follows attempt %d",
        attempt,
        id(step),
        attempts[step]);
    attempts[step] = attempt;
  }

  /** The step may get under way. */
  private void begins(long sequence, int step, String how) {
    StepStatus was = statuses[step];
    expect(
        sequence,
        was == StepStatus.WAITING || was == StepStatus.BACKING_OFF || was == StepStatus.READY,
        "step '%s' is %s while %s",
        id(step),
        how,
        was);
    CompiledStep compiled = definition.step(step);
    Adjacency dependencies = definition.dependencies();
    for (int edge = dependencies.start(step); edge < dependencies.end(step); edge++) {
      int dependency = dependencies.target(edge);
      boolean isDone = statuses[dependency].isFinal();
      boolean mayLack = compiled.join().kind() != JoinRule.Kind.ALL;
      expect(
          sequence,
          mayLack ? isDone || compiled.join().kind() != JoinRule.Kind.ALL_DONE : counts(dependency),
          "step '%s' is %s, but it depends on '%s', which is %s",
          id(step),
          how,
          id(dependency),
          statuses[dependency]);
    }
  }

  /** Whether a dependency on a step can be satisfied. */
  private boolean counts(int step) {
    return statuses[step] == StepStatus.SUCCEEDED || statuses[step] == StepStatus.FAILED;
  }

  private String id(int step) {
    return definition.step(step).id();
  }

  private void attemptFailed(long sequence, AttemptFailed failed, long atMs) {
    int step = failed.step();
    notTooEarly(sequence, step, failed.failure(), atMs);
    expect(
        sequence,
        mayRetry(step, failed.attempt(), failed.failure()),
        "attempt %d of step '%s' must be the last",
        failed.attempt(),
        id(step));
    expect(sequence, failed.retryAtMs() > atMs, "the retry of step '%s' is due at once", id(step));
    close(sequence, step, failed.attempt(), StepStatus.BACKING_OFF);
    deadlinesMs[step] = failed.retryAtMs();
  }

  private void stepFailed(long sequence, StepFailed failed, long atMs) {
    int step = failed.step();
    notTooEarly(sequence, step, failed.failure(), atMs);
    expect(
        sequence,
        !mayRetry(step, failed.attempt(), failed.failure()),
        "step '%s' gives up after attempt %d, but may be tried again",
        id(step),
        failed.attempt());
    if (statuses[step] == StepStatus.OPEN) {
      close(sequence, step, failed.attempt(), StepStatus.FAILED);
    }
    statuses[step] = StepStatus.FAILED;
    deadlinesMs[step] = WorkflowView.NO_DEADLINE;
    stepFailed |=
        failed.consequence() == StepFailed.Consequence.FAIL
            && definition.step(step).group() == CompiledStep.Group.MAIN;
  }

  private void ending(WorkflowEnding begins) {
    ending = true;
    for (int step = 0; step < definition.mainSteps(); step++) {
      boolean isAwaited =
          statuses[step] == StepStatus.OPEN
              && definition.step(step).compensation() != CompiledDefinition.NO_STEP;
      if (!statuses[step].isFinal() && !isAwaited) {
        statuses[step] = StepStatus.ABANDONED;
      }
    }
    expectedEnd = begins.outcome();
  }

  private void ended(long sequence, WorkflowEnded ended, long atMs) {
    status = ended.outcome().status();
    boolean allDone = true;
    for (int step = 0; step < definition.mainSteps() + definition.finallySteps(); step++) {
      allDone &= statuses[step].isFinal();
    }
    boolean succeeds = status == WorkflowStatus.SUCCEEDED;
    expect(
        sequence,
        !succeeds || (allDone && !stepFailed),
        "the workflow succeeds, though a step is not done with or has failed");
    expect(
        sequence,
        !ending || status == WorkflowStatus.TERMINATED || ended.outcome().equals(expectedEnd),
        "the workflow ends %s, and should %s",
        ended.outcome(),
        String.valueOf(expectedEnd));
    boolean late = workflowDeadlineMs != WorkflowView.NO_DEADLINE && atMs >= workflowDeadlineMs;
    expect(
        sequence,
        late || ending || status != WorkflowStatus.TIMED_OUT,
        "the workflow times out at %d; its deadline is %d",
        atMs,
        workflowDeadlineMs);
  }

  private void close(long sequence, int step, int attempt, StepStatus next) {
    expect(
        sequence,
        statuses[step] == StepStatus.OPEN && attempts[step] == attempt,
        "attempt %d of step '%s' is over, but the step is %s at attempt %d",
        attempt,
        id(step),
        statuses[step],
        attempts[step]);
    statuses[step] = next;
    deadlinesMs[step] = WorkflowView.NO_DEADLINE;
  }

  private void notTooEarly(long sequence, int step, Failure failure, long atMs) {
    boolean timeout = failure.type().equals(Failure.START_TO_CLOSE_TIMEOUT);
    boolean due = deadlinesMs[step] != WorkflowView.NO_DEADLINE && atMs >= deadlinesMs[step];
    expect(
        sequence,
        due || !timeout,
        "step '%s' times out at %d; its deadline is %d",
        id(step),
        atMs,
        deadlinesMs[step]);
  }

  private boolean mayRetry(int step, int attempt, Failure failure) {
    RetryPolicy retry = definition.step(step).retry();
    boolean isExcluded = retry.nonRetryable().contains(failure.type());
    for (FailureRule rule : definition.step(step).onFailure()) {
      if (rule.matches(failure.type())) {
        isExcluded =
            rule.reaction() instanceof FailureRule.Reaction.Fail
                || (isExcluded && !(rule.reaction() instanceof FailureRule.Reaction.Retry));
        break;
      }
    }
    boolean isAbandoned = ending && definition.step(step).group() == CompiledStep.Group.MAIN;
    return failure.retryable()
        && !isAbandoned
        && attempt - formerAttempts[step] < retry.maxAttempts()
        && !isExcluded;
  }

  @SuppressWarnings("AnnotateFormatMethod") // that annotation is no part of the JDK
  private void expect(long sequence, boolean holds, String message, Object... values) {
    if (!holds) {
      violations.add("event %d: ".formatted(sequence) + message.formatted(values));
    }
  }
}
