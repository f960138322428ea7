package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.core.decide.Refusal;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.input.AttemptReported;
import dev.millrace.orchestrator.core.input.AttemptRunning;
import dev.millrace.orchestrator.core.input.ChunkReported;
import dev.millrace.orchestrator.core.input.ChunkRequested;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.input.ControlRequested;
import dev.millrace.orchestrator.core.input.Input;
import dev.millrace.orchestrator.core.input.StartRequested;
import dev.millrace.orchestrator.core.input.StepReleased;
import dev.millrace.orchestrator.core.input.TimerFired;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a workflow should do, written as plainly as possible: objects in a map, every step looked at
 * each time. It shares nothing with the core but the records that go in. Where several things may
 * happen in any order it takes that of the core; what may happen it knows by itself.
 */
final class ReferenceWorkflow {
  static final int LARGEST_OUTPUT = 1024 * 1024;
  private static final int LARGEST_PROGRESS = 64 * 1024;

  private final Map<String, ReferenceStep> steps = new LinkedHashMap<>();
  private final WorkflowDefinition definition;
  private final int formerAttempts;
  private final ReferenceScope scope = new ReferenceScope(steps);
  private final ReferenceRun run;
  private final ReferenceOperators operators;
  private final List<String> texts;
  private WorkflowStatus status = WorkflowStatus.ABSENT;
  private long deadlineMs;

  /**
   * A workflow.
   *
   * @param choices what the core chose, of which only the bounds are checked
   * @param shared the results that it shares with other workflows
   * @param formerAttempts the highest attempt of the workflows that had its id before
   */
  ReferenceWorkflow(
      WorkflowDefinition definition,
      CoreChoices choices,
      SharedResults shared,
      int formerAttempts) {
    this.definition = definition;
    this.formerAttempts = formerAttempts;
    ReferenceStep.all(definition, formerAttempts).forEach(step -> steps.put(step.id(), step));
    run = new ReferenceRun(definition, steps, scope, choices, shared);
    operators = new ReferenceOperators(run, steps);
    texts = ReferenceScope.texts(definition);
  }

  WorkflowStatus status() {
    return run.end().ended() == null ? status : run.end().ended();
  }

  int formerAttempts() {
    return formerAttempts;
  }

  /** The highest attempt of any step, and of the workflows before. */
  int highestAttempt() {
    return steps.values().stream().mapToInt(each -> each.attempt).reduce(formerAttempts, Math::max);
  }

  /** How the workflow is going to end; null while that is not known, and after the end. */
  @Nullable WorkflowStatus ending() {
    return status().hasEnded() ? null : run.end().outcome();
  }

  long deadlineMs() {
    return run.end().outcome() == null || status().hasEnded() ? deadlineMs : 0;
  }

  @Nullable String failureType() {
    return run.end().failureType();
  }

  @Nullable Payload result() {
    return run.end().result();
  }

  boolean isPaused() {
    return run.isPaused();
  }

  int priority() {
    return operators.priority();
  }

  /** Signals that came before a step waited for them, oldest first. */
  List<ReferenceWaits.Kept> keptSignals() {
    return run.waits().kept();
  }

  List<ReferenceStep> steps() {
    return List.copyOf(steps.values());
  }

  List<String> toUndo() {
    return run.end().toUndo();
  }

  ReferenceJoins.Verdict verdict(ReferenceStep step) {
    return run.joins().verdict(step);
  }

  /** Whether anything reads the output of a step. */
  boolean isRead(ReferenceStep step) {
    return step.definition.compensation() != null
        || texts.stream().anyMatch(text -> text.endsWith(" of " + step.id()))
        || steps.values().stream()
            .anyMatch(
                other ->
                    other.isWork()
                        && ReferenceRun.mapping(other) == null
                        && other.dependencyOn(step.id()) != null);
  }

  /** Who is told how it ends; null for nobody, and once it has ended. */
  @Nullable Parent parent() {
    return status() == WorkflowStatus.RUNNING ? run.waits().parent() : null;
  }

  /** Why an input is to be refused, or null when it is taken. */
  @Nullable Refusal refusal(Input input) {
    if (input instanceof StartRequested start) {
      return ReferenceStarts.begins(start.onDuplicate(), status()) ? null : Refusal.ALREADY_STARTED;
    }
    if (status() == WorkflowStatus.ABSENT) {
      return Refusal.UNKNOWN_WORKFLOW;
    }
    if (input instanceof ControlRequested asked) {
      boolean isOfAnother =
          asked.control() instanceof Control.Cancel cancel
              && cancel.parent() != null
              && !cancel.parent().equals(parent());
      return isOfAnother ? Refusal.NOT_ITS_PARENT : null;
    }
    if (status() != WorkflowStatus.RUNNING) {
      return Refusal.WORKFLOW_ENDED;
    }
    if (input instanceof AttemptRunning sign) {
      ReferenceStep step = steps.get(sign.stepId());
      if (step == null) {
        return Refusal.UNKNOWN_STEP;
      }
      if (step.status != StepStatus.OPEN || step.attempt != sign.attempt()) {
        return Refusal.ATTEMPT_NOT_OPEN;
      }
      boolean isLarge = sign.progress() != null && sign.progress().data().length > LARGEST_PROGRESS;
      return isLarge ? Refusal.PROGRESS_TOO_LARGE : null;
    }
    if (input instanceof AttemptReported report) {
      ReferenceStep step = steps.get(report.stepId());
      if (step == null) {
        return Refusal.UNKNOWN_STEP;
      }
      return step.awaits(report.attempt()) ? null : Refusal.ATTEMPT_NOT_OPEN;
    }
    return null;
  }

  /**
   * Takes an input that is not refused and tells what happens, in the words of {@link Told}.
   *
   * @param isGateShut whether steps have to wait for their queues
   * @param order what happens to steps in the core, in its order
   */
  List<String> apply(Input input, long nowMs, boolean isGateShut, List<Told.Turn> order) {
    List<String> told = new ArrayList<>();
    run.begin(nowMs, isGateShut, order, told);
    switch (input) {
      case StartRequested start -> start(start, nowMs, told);
      case ControlRequested control -> operators.request(control);
      case AttemptRunning sign -> ReferenceClocks.heard(run, step(sign.stepId()), sign);
      case AttemptReported report -> report(report);
      case TimerFired fired -> timer(nowMs);
      case StepReleased released -> run.pass(steps().get(released.step()));
      case ChunkRequested chunk -> throw new IllegalArgumentException("no branches: " + chunk);
      case ChunkReported report -> throw new IllegalArgumentException("no branches: " + report);
    }
    run.settle();
    return told;
  }

  private void start(StartRequested start, long nowMs, List<String> told) {
    status = WorkflowStatus.RUNNING;
    scope.input = start.input();
    operators.begin(start.priority());
    run.cache().begin(start.tenant());
    run.waits().begin(start.parent());
    run.end().begin(start.parent());
    long timeoutMs = definition.timeout().toMillis();
    deadlineMs = timeoutMs == 0 ? 0 : nowMs + timeoutMs;
    if (start.deadlineMs() != 0 && (deadlineMs == 0 || start.deadlineMs() < deadlineMs)) {
      deadlineMs = start.deadlineMs();
    }
    told.add(Told.started(deadlineMs));
  }

  private void report(AttemptReported report) {
    ReferenceStep step = step(report.stepId());
    Payload output = report.output();
    Failure failure = report.failure();
    if (failure != null) {
      run.results().attemptFailed(step, failure.type(), failure.retryable());
    } else if (output != null && output.data().length > LARGEST_OUTPUT) {
      run.results().attemptFailed(step, Failure.OUTPUT_TOO_LARGE, false);
    } else {
      run.results().roundSucceeded(step, output);
    }
  }

  private ReferenceStep step(String id) {
    ReferenceStep step = steps.get(id);
    if (step == null) {
      throw new AssertionError("no step " + id);
    }
    return step;
  }

  private void timer(long nowMs) {
    if (run.end().outcome() == null && deadlineMs != 0 && deadlineMs <= nowMs) {
      run.end().begin(WorkflowStatus.TIMED_OUT, Failure.WORKFLOW_TIMEOUT);
      return;
    }
    for (ReferenceStep step : steps.values()) {
      boolean isDue = step.deadlineMs != 0 && step.deadlineMs <= nowMs;
      if (isDue && status() == WorkflowStatus.RUNNING) {
        switch (step.status) {
          case OPEN -> ReferenceClocks.timeOut(run, step);
          case BACKING_OFF, READY -> run.start(step);
          case SUSPENDED -> run.waits().endWait(step);
          case WAITING, SUCCEEDED, FAILED, SKIPPED, ABANDONED ->
              throw new AssertionError(step.status + " with a deadline: " + step.id());
        }
      }
    }
  }
}
