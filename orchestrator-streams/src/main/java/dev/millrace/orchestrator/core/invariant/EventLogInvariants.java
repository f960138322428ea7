package dev.millrace.orchestrator.core.invariant;

import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.event.AttemptFailed;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.event.WorkflowStarted;
import dev.millrace.orchestrator.core.graph.Adjacency;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What must hold of the events of one workflow, fed in the order of its log. It keeps its own
 * account of the steps and shares no code with the decider, so that a fault of one does not hide in
 * the other. Superseded events must be left out by the caller. Not thread-safe.
 */
public final class EventLogInvariants {
  private final CompiledDefinition definition;
  private final StepStatus[] statuses;
  private final int[] attempts;
  private final long[] deadlinesMs;
  private final List<String> violations = new ArrayList<>(0);
  private WorkflowStatus status = WorkflowStatus.ABSENT;
  private long workflowDeadlineMs = WorkflowView.NO_DEADLINE;
  private long nextSequence;
  private int succeeded;
  private boolean stepFailed;

  /**
   * A checker for one workflow.
   *
   * @param definition the definition that the workflow is pinned to
   */
  public EventLogInvariants(CompiledDefinition definition) {
    this.definition = definition;
    statuses = new StepStatus[definition.stepCount()];
    Arrays.fill(statuses, StepStatus.WAITING);
    attempts = new int[definition.stepCount()];
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
    boolean ends = event instanceof WorkflowEnded;
    expect(sequence, !stepFailed || ends, "%s, but a step has failed for good", event);
    switch (event) {
      case WorkflowStarted started -> {
        status = WorkflowStatus.RUNNING;
        workflowDeadlineMs = started.deadlineMs();
      }
      case StepDispatched dispatched -> dispatched(sequence, dispatched, atMs);
      case StepSucceeded success -> {
        close(sequence, success.step(), success.attempt(), StepStatus.SUCCEEDED);
        succeeded++;
      }
      case AttemptFailed failed -> attemptFailed(sequence, failed, atMs);
      case StepFailed failed -> stepFailed(sequence, failed, atMs);
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
    int attempt = dispatched.attempt();
    String id = definition.step(step).id();
    boolean first = statuses[step] == StepStatus.WAITING;
    expect(
        sequence,
        first || statuses[step] == StepStatus.BACKING_OFF,
        "step '%s' is dispatched while %s",
        id,
        statuses[step]);
    expect(
        sequence,
        attempt == attempts[step] + 1,
        "attempt %d of step '%s' follows attempt %d",
        attempt,
        id,
        attempts[step]);
    int most = definition.step(step).retry().maxAttempts();
    expect(sequence, attempt <= most, "attempt %d of step '%s' of %d", attempt, id, most);
    expect(
        sequence,
        statuses[step] != StepStatus.BACKING_OFF || atMs >= deadlinesMs[step],
        "step '%s' is tried again at %d, before %d",
        id,
        atMs,
        deadlinesMs[step]);
    Adjacency dependencies = definition.dependencies();
    for (int edge = dependencies.start(step); edge < dependencies.end(step); edge++) {
      int dependency = dependencies.target(edge);
      expect(
          sequence,
          statuses[dependency] == StepStatus.SUCCEEDED,
          "step '%s' is dispatched, but it depends on '%s', which is %s",
          id,
          definition.step(dependency).id(),
          statuses[dependency]);
    }
    statuses[step] = StepStatus.OPEN;
    attempts[step] = attempt;
    deadlinesMs[step] = dispatched.deadlineMs();
  }

  private void attemptFailed(long sequence, AttemptFailed failed, long atMs) {
    int step = failed.step();
    notTooEarly(sequence, step, failed.failure(), atMs);
    expect(
        sequence,
        mayRetry(step, failed.attempt(), failed.failure()),
        "attempt %d of step '%s' must be the last",
        failed.attempt(),
        definition.step(step).id());
    expect(
        sequence,
        failed.retryAtMs() > atMs,
        "the retry of step '%s' is due at once",
        definition.step(step).id());
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
        definition.step(step).id(),
        failed.attempt());
    close(sequence, step, failed.attempt(), StepStatus.FAILED);
    stepFailed = true;
  }

  private void ended(long sequence, WorkflowEnded ended, long atMs) {
    status = ended.status();
    int steps = definition.stepCount();
    boolean allSucceeded = succeeded == steps;
    expect(
        sequence,
        allSucceeded == (status == WorkflowStatus.SUCCEEDED),
        "the workflow ends %s with %d of %d steps succeeded",
        status,
        succeeded,
        steps);
    expect(
        sequence,
        stepFailed == (status == WorkflowStatus.FAILED),
        "the workflow ends %s, but a step failed: %s",
        status,
        stepFailed);
    boolean late = workflowDeadlineMs != WorkflowView.NO_DEADLINE && atMs >= workflowDeadlineMs;
    expect(
        sequence,
        late || status != WorkflowStatus.TIMED_OUT,
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
        definition.step(step).id(),
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
        definition.step(step).id(),
        atMs,
        deadlinesMs[step]);
  }

  private boolean mayRetry(int step, int attempt, Failure failure) {
    RetryPolicy retry = definition.step(step).retry();
    return failure.retryable()
        && attempt < retry.maxAttempts()
        && !retry.nonRetryable().contains(failure.type());
  }

  @SuppressWarnings("AnnotateFormatMethod") // that annotation is no part of the JDK
  private void expect(long sequence, boolean holds, String message, Object... values) {
    if (!holds) {
      violations.add("event %d: ".formatted(sequence) + message.formatted(values));
    }
  }
}
