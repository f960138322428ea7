package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.event.AttemptHeard;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.StepLimits;
import dev.millrace.orchestrator.core.input.AttemptRunning;
import dev.millrace.orchestrator.core.state.Clocks;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import org.jspecify.annotations.Nullable;

/** Decisions about the time-outs of attempts and about the signs that put them off. */
final class Heartbeats {
  /** Largest progress in bytes. */
  static final int PROGRESS_BYTES = 64 * 1024;

  /** A sign that says nothing new is passed over in the first part of the time to the next. */
  private static final int PASSED_OVER = 3;

  private final Transition transition;
  private final CompiledDefinition definition;
  private final WorkflowView state;
  private final Steps steps;

  Heartbeats(Transition transition, Steps steps) {
    this.transition = transition;
    this.definition = transition.definition();
    this.state = transition.state();
    this.steps = steps;
  }

  Decision.@Nullable Refused hear(AttemptRunning report) {
    boolean isOfBranch = definition.isOfBranches();
    Decision.@Nullable Refused refused =
        isOfBranch
            ? steps.branches().unlessOpen(report.stepId(), report.branch(), report.attempt())
            : steps.unlessAwaited(report.stepId(), report.attempt());
    if (refused != null) {
      return refused;
    }
    int step =
        isOfBranch
            ? steps.branches().indexOf(report.branch())
            : definition.indexOf(report.stepId());
    if (state.stepStatus(step) != StepStatus.OPEN) {
      return Refusals.notOpen(report.stepId(), report.attempt());
    }
    Payload progress = report.progress();
    if (progress != null && progress.data().length > PROGRESS_BYTES) {
      return new Decision.Refused(
          Refusal.PROGRESS_TOO_LARGE,
          "progress of %d bytes, at most %d are allowed; store it elsewhere and say where"
              .formatted(progress.data().length, PROGRESS_BYTES));
    }
    Payload news =
        progress == null || progress.equals(transition.payloads().progress(step)) ? null : progress;
    StepLimits limits = definition.step(step).limits();
    Clocks former = state.clocks(step);
    if (news != null || putsOff(limits, former)) {
      long deadlineMs =
          limits.needClocks()
              ? limits.heard(former, transition.nowMs()).earliestMs()
              : state.stepDeadlineMs(step);
      transition.record(new AttemptHeard(step, report.attempt(), news, deadlineMs));
      transition.armTimer(deadlineMs);
    }
    return null;
  }

  private boolean putsOff(StepLimits limits, Clocks clocks) {
    if (clocks.startByMs() != WorkflowView.NO_DEADLINE) {
      return true;
    }
    long lastMs = clocks.heartbeatByMs() - limits.heartbeatMs();
    return limits.heartbeatMs() > 0
        && (clocks.heartbeatByMs() == WorkflowView.NO_DEADLINE
            || transition.nowMs() - lastMs >= limits.heartbeatMs() / PASSED_OVER);
  }

  /** The deadline of an open attempt has come. */
  void timeOut(int step) {
    StepLimits limits = definition.step(step).limits();
    Clocks clocks = state.clocks(step);
    steps.leaving().leave(step, "its time is over");
    if (!limits.needClocks()) {
      steps.failures().fail(step, startToClose(limits));
    } else if (isDue(clocks.overallByMs())) {
      steps.failures().failForGood(step, scheduleToClose(limits));
    } else if (isDue(clocks.closeByMs())) {
      steps.failures().fail(step, startToClose(limits));
    } else if (isDue(clocks.startByMs())) {
      steps.failures().fail(step, scheduleToStart(limits));
    } else {
      steps.failures().fail(step, heartbeat(limits));
    }
  }

  private boolean isDue(long deadlineMs) {
    return Deadlines.isDue(deadlineMs, transition.nowMs());
  }

  static Failure startToClose(StepLimits limits) {
    return new Failure(
        Failure.START_TO_CLOSE_TIMEOUT,
        "no completion within the timeout of %d ms".formatted(limits.startToCloseMs()),
        true);
  }

  static Failure scheduleToClose(StepLimits limits) {
    return new Failure(
        Failure.SCHEDULE_TO_CLOSE_TIMEOUT,
        "the step is not done within %d ms of the dispatch of its first attempt"
            .formatted(limits.scheduleToCloseMs()),
        false);
  }

  private static Failure scheduleToStart(StepLimits limits) {
    return new Failure(
        Failure.SCHEDULE_TO_START_TIMEOUT,
        "no sign of a worker within %d ms of the dispatch".formatted(limits.scheduleToStartMs()),
        true);
  }

  private static Failure heartbeat(StepLimits limits) {
    return new Failure(
        Failure.HEARTBEAT_TIMEOUT,
        "no sign of the worker for %d ms".formatted(limits.heartbeatMs()),
        true);
  }
}
