package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.effect.ArmTimer;
import dev.millrace.orchestrator.core.effect.DispatchStep;
import dev.millrace.orchestrator.core.event.AttemptFailed;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.graph.Adjacency;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.CompiledStep;
import dev.millrace.orchestrator.core.input.AttemptReported;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import org.jspecify.annotations.Nullable;

/** Decisions about the steps of one workflow, within one transition. */
final class Steps {
  /** Largest output of a step in bytes. */
  static final int OUTPUT_BYTES = 1024 * 1024;

  private final String workflowId;
  private final Transition transition;
  private final CompiledDefinition definition;
  private final WorkflowView state;

  Steps(String workflowId, Transition transition) {
    this.workflowId = workflowId;
    this.transition = transition;
    this.definition = transition.definition();
    this.state = transition.state();
  }

  Decision.@Nullable Refused report(AttemptReported report) {
    Decision.@Nullable Refused refused = Refusals.unlessRunning(state);
    if (refused != null) {
      return refused;
    }
    int step = definition.indexOf(report.stepId());
    if (step == CompiledDefinition.NO_STEP) {
      return new Decision.Refused(
          Refusal.UNKNOWN_STEP,
          "definition %s/%d has no step '%s'; copy step from the command"
              .formatted(definition.name(), definition.version(), report.stepId()));
    }
    if (state.stepStatus(step) != StepStatus.OPEN || state.attempt(step) != report.attempt()) {
      return new Decision.Refused(
          Refusal.ATTEMPT_NOT_OPEN,
          "attempt %d of step '%s' is not open".formatted(report.attempt(), report.stepId()));
    }
    Failure failure = report.failure();
    Payload output = report.output();
    if (failure != null) {
      fail(step, failure);
    } else if (output != null && output.data().length > OUTPUT_BYTES) {
      fail(step, outputTooLarge(output.data().length));
    } else {
      succeed(step, output);
    }
    return null;
  }

  /** Dispatches the first attempt of a step that waits for nothing. */
  void dispatchIfReady(int step) {
    if (state.stepStatus(step) == StepStatus.WAITING && state.remainingDependencies(step) == 0) {
      dispatch(step, 1);
    }
  }

  /** Times out the attempts and dispatches the retries that are due. */
  void fireDeadlines() {
    for (int step = 0; step < state.stepCount(); step++) {
      if (state.status().hasEnded()) {
        return;
      }
      if (Deadlines.isDue(state.stepDeadlineMs(step), transition.nowMs())) {
        if (state.stepStatus(step) == StepStatus.OPEN) {
          fail(step, startToCloseTimeout(definition.step(step)));
        } else {
          dispatch(step, state.attempt(step) + 1);
        }
      }
    }
  }

  void armTimer(long dueMs) {
    if (dueMs != WorkflowView.NO_DEADLINE) {
      transition.effect(new ArmTimer(dueMs));
    }
  }

  private void dispatch(int step, int attempt) {
    long deadlineMs = Deadlines.after(transition.nowMs(), definition.step(step).timeoutMs());
    transition.record(new StepDispatched(step, attempt, deadlineMs));
    transition.effect(new DispatchStep(step, attempt, deadlineMs));
    armTimer(deadlineMs);
  }

  private void succeed(int step, @Nullable Payload output) {
    transition.record(new StepSucceeded(step, state.attempt(step), output));
    Adjacency dependents = definition.dependents();
    for (int edge = dependents.start(step); edge < dependents.end(step); edge++) {
      dispatchIfReady(dependents.target(edge));
    }
    if (state.succeededSteps() == state.stepCount()) {
      transition.record(new WorkflowEnded(WorkflowStatus.SUCCEEDED, null));
    }
  }

  private void fail(int step, Failure failure) {
    int attempt = state.attempt(step);
    RetryPolicy retry = definition.step(step).retry();
    boolean again =
        failure.retryable()
            && attempt < retry.maxAttempts()
            && !retry.nonRetryable().contains(failure.type());
    if (again) {
      long delayMs = BackOff.delayMs(retry, workflowId, step, attempt);
      long retryAtMs = Deadlines.after(transition.nowMs(), delayMs);
      transition.record(new AttemptFailed(step, attempt, failure, retryAtMs));
      armTimer(retryAtMs);
    } else {
      transition.record(new StepFailed(step, attempt, failure));
      String message =
          Failure.cut(
              "step '%s', attempt %d: %s"
                  .formatted(definition.step(step).id(), attempt, failure.message()),
              Failure.MESSAGE_CHARS);
      transition.record(
          new WorkflowEnded(
              WorkflowStatus.FAILED, new Failure(failure.type(), message, failure.retryable())));
    }
  }

  private static Failure startToCloseTimeout(CompiledStep step) {
    return new Failure(
        Failure.START_TO_CLOSE_TIMEOUT,
        "no completion within the timeout of %d ms".formatted(step.timeoutMs()),
        true);
  }

  private static Failure outputTooLarge(int bytes) {
    return new Failure(
        Failure.OUTPUT_TOO_LARGE,
        "output of %d bytes, at most %d are allowed; store it elsewhere and return a reference"
            .formatted(bytes, OUTPUT_BYTES),
        false);
  }
}
