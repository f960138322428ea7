package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.core.decide.Refusal;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
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
import dev.millrace.orchestrator.core.input.AttemptReported;
import dev.millrace.orchestrator.core.input.CancelRequested;
import dev.millrace.orchestrator.core.input.Input;
import dev.millrace.orchestrator.core.input.MigrationRequested;
import dev.millrace.orchestrator.core.input.StartRequested;
import dev.millrace.orchestrator.core.input.TimerFired;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongBiFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a workflow should do, written as plainly as possible: objects in a map, every step looked at
 * each time. It shares nothing with the core but the records that go in.
 */
final class ReferenceWorkflow {
  private static final int LARGEST_OUTPUT = 1024 * 1024;

  /** What is known of one step. */
  static final class Step {
    final StepDefinition definition;
    StepStatus status = StepStatus.WAITING;
    int attempt;
    long deadlineMs;
    @Nullable Payload output;

    Step(StepDefinition definition) {
      this.definition = definition;
    }
  }

  private final WorkflowDefinition definition;

  /** When the attempt after a failed one is due, as the core chose; only its bounds are checked. */
  private final ToLongBiFunction<String, Integer> retryAtMs;

  private final Map<String, Step> steps = new LinkedHashMap<>();
  private List<String> happened = new ArrayList<>();
  private WorkflowStatus status = WorkflowStatus.ABSENT;
  private long deadlineMs;
  private long nextSequence;
  private @Nullable String failureType;

  ReferenceWorkflow(WorkflowDefinition definition, ToLongBiFunction<String, Integer> retryAtMs) {
    this.definition = definition;
    this.retryAtMs = retryAtMs;
    definition.steps().forEach(step -> steps.put(step.id(), new Step(step)));
  }

  WorkflowStatus status() {
    return status;
  }

  long deadlineMs() {
    return deadlineMs;
  }

  long nextSequence() {
    return nextSequence;
  }

  @Nullable String failureType() {
    return failureType;
  }

  List<Step> steps() {
    return List.copyOf(steps.values());
  }

  long unfinishedDependencies(Step step) {
    return step.definition.dependencyIds().stream()
        .filter(id -> step(id).status != StepStatus.SUCCEEDED)
        .count();
  }

  boolean isRead(Step step) {
    return steps.values().stream()
        .anyMatch(other -> other.definition.dependencyIds().contains(step.definition.id()));
  }

  /** Why an input is to be refused, or null when it is taken. */
  @Nullable Refusal refusal(Input input) {
    if (input instanceof StartRequested) {
      return status == WorkflowStatus.ABSENT ? null : Refusal.ALREADY_STARTED;
    }
    if (status == WorkflowStatus.ABSENT) {
      return Refusal.UNKNOWN_WORKFLOW;
    }
    if (status != WorkflowStatus.RUNNING) {
      return Refusal.WORKFLOW_ENDED;
    }
    if (input instanceof AttemptReported report) {
      Step step = steps.get(report.stepId());
      if (step == null) {
        return Refusal.UNKNOWN_STEP;
      }
      boolean open = step.status == StepStatus.OPEN && step.attempt == report.attempt();
      return open ? null : Refusal.ATTEMPT_NOT_OPEN;
    }
    return null;
  }

  /** Takes an input that is not refused and tells what happens, in the words of {@link #tell}. */
  List<String> apply(Input input, long nowMs) {
    happened = new ArrayList<>();
    switch (input) {
      case StartRequested start -> start(start, nowMs);
      case CancelRequested cancel -> end(WorkflowStatus.CANCELLED, Failure.CANCELLED);
      case AttemptReported report -> report(report, nowMs);
      case TimerFired fired -> timer(nowMs);
      case MigrationRequested migration -> throw new AssertionError(input);
    }
    nextSequence += happened.size();
    return happened;
  }

  /** An event in the words of this class; failures by their type. */
  static String tell(Event event, WorkflowDefinition definition) {
    return switch (event) {
      case WorkflowStarted started -> "started, deadline " + started.deadlineMs();
      case StepDispatched step ->
          "dispatched %s/%d, deadline %d"
              .formatted(id(definition, step.step()), step.attempt(), step.deadlineMs());
      case StepSucceeded step ->
          "succeeded %s/%d with %s"
              .formatted(id(definition, step.step()), step.attempt(), step.output());
      case AttemptFailed step ->
          "failed %s/%d of %s, retry at %d"
              .formatted(
                  id(definition, step.step()),
                  step.attempt(),
                  step.failure().type(),
                  step.retryAtMs());
      case StepFailed step ->
          "failed %s/%d of %s for good"
              .formatted(id(definition, step.step()), step.attempt(), step.failure().type());
      case StepSuspended step -> throw new AssertionError(event);
      case StepHeld held -> throw new AssertionError(event);
      case StepSkipped skipped -> throw new AssertionError(event);
      case StepRepeated repeated -> throw new AssertionError(event);
      case WorkflowMigrated migrated -> throw new AssertionError(event);
      case MigrationTried tried -> throw new AssertionError(event);
      case ControlRefused refused -> throw new AssertionError(event);
      case WorkflowEnding ending -> throw new AssertionError(event);
      case WorkflowEnded ended ->
          "ended %s of %s"
              .formatted(
                  ended.outcome().status(),
                  ended.outcome().failure() == null ? null : ended.outcome().failure().type());
    };
  }

  private static String id(WorkflowDefinition definition, int step) {
    return definition.steps().get(step).id();
  }

  private void start(StartRequested start, long nowMs) {
    status = WorkflowStatus.RUNNING;
    long timeoutMs = definition.timeout().toMillis();
    deadlineMs = timeoutMs == 0 ? 0 : nowMs + timeoutMs;
    if (start.deadlineMs() != 0 && (deadlineMs == 0 || start.deadlineMs() < deadlineMs)) {
      deadlineMs = start.deadlineMs();
    }
    happened.add("started, deadline " + deadlineMs);
    dispatchReady(nowMs);
  }

  private void report(AttemptReported report, long nowMs) {
    Step step = step(report.stepId());
    Payload output = report.output();
    if (report.failure() != null) {
      fail(step, report.failure().type(), report.failure().retryable(), nowMs);
    } else if (output != null && output.data().length > LARGEST_OUTPUT) {
      fail(step, Failure.OUTPUT_TOO_LARGE, false, nowMs);
    } else {
      happened.add("succeeded %s/%d with %s".formatted(step.definition.id(), step.attempt, output));
      step.status = StepStatus.SUCCEEDED;
      step.deadlineMs = 0;
      step.output = output;
      dispatchReady(nowMs);
      if (steps.values().stream().allMatch(each -> each.status == StepStatus.SUCCEEDED)) {
        end(WorkflowStatus.SUCCEEDED, null);
      }
    }
  }

  private void timer(long nowMs) {
    if (deadlineMs != 0 && deadlineMs <= nowMs) {
      end(WorkflowStatus.TIMED_OUT, Failure.WORKFLOW_TIMEOUT);
      return;
    }
    for (Step step : steps.values()) {
      boolean due = step.deadlineMs != 0 && step.deadlineMs <= nowMs;
      if (due && status == WorkflowStatus.RUNNING) {
        if (step.status == StepStatus.OPEN) {
          fail(step, Failure.START_TO_CLOSE_TIMEOUT, true, nowMs);
        } else {
          dispatch(step, nowMs);
        }
      }
    }
  }

  private void dispatchReady(long nowMs) {
    for (Step step : steps.values()) {
      if (step.status == StepStatus.WAITING && unfinishedDependencies(step) == 0) {
        dispatch(step, nowMs);
      }
    }
  }

  private void dispatch(Step step, long nowMs) {
    long timeoutMs = step.definition.timeout().toMillis();
    step.status = StepStatus.OPEN;
    step.attempt++;
    step.deadlineMs = timeoutMs == 0 ? 0 : nowMs + timeoutMs;
    happened.add(
        "dispatched %s/%d, deadline %d"
            .formatted(step.definition.id(), step.attempt, step.deadlineMs));
  }

  private void fail(Step step, String type, boolean retryable, long nowMs) {
    RetryPolicy own = step.definition.retry();
    RetryPolicy retry = own == null ? definition.retry() : own;
    String id = step.definition.id();
    boolean last = step.attempt >= retry.maxAttempts();
    if (last || !retryable || retry.nonRetryable().contains(type)) {
      step.status = StepStatus.FAILED;
      happened.add("failed %s/%d of %s for good".formatted(id, step.attempt, type));
      end(WorkflowStatus.FAILED, type);
      return;
    }
    double waitMs = retry.initialInterval().toMillis();
    for (int i = 1; i < step.attempt; i++) {
      waitMs *= retry.coefficient();
    }
    waitMs = Math.min(waitMs, (double) retry.maxInterval().toMillis());
    double leastMs = Math.max(1, Math.floor(waitMs * (1 - retry.jitter())));
    double mostMs = Math.max(1, Math.ceil(waitMs * (1 + retry.jitter())));
    long dueMs = retryAtMs.applyAsLong(id, step.attempt);
    if (dueMs < nowMs + leastMs || dueMs > nowMs + mostMs) {
      throw new AssertionError(
          "retry of %s/%d after %d ms, expected %f to %f"
              .formatted(id, step.attempt, dueMs - nowMs, leastMs, mostMs));
    }
    step.status = StepStatus.BACKING_OFF;
    step.deadlineMs = dueMs;
    happened.add("failed %s/%d of %s, retry at %d".formatted(id, step.attempt, type, dueMs));
  }

  private void end(WorkflowStatus how, @Nullable String type) {
    status = how;
    failureType = type;
    happened.add("ended %s of %s".formatted(how, type));
  }

  private Step step(String id) {
    Step step = steps.get(id);
    if (step == null) {
      throw new AssertionError("no step " + id);
    }
    return step;
  }
}
