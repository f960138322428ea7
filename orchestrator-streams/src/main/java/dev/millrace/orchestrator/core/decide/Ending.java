package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.event.WorkflowEnding;
import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.expression.Expression;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Outcome;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import org.jspecify.annotations.Nullable;

/**
 * Decisions about the end of a workflow. Once it is known how it ends, steps that succeeded are
 * undone, in the reverse order of their completion and one after another, unless it succeeds; then
 * the finally steps run; then it has ended. What is not needed for that is abandoned.
 */
final class Ending {
  private final Transition transition;
  private final CompiledDefinition definition;
  private final WorkflowView state;
  private final Steps steps;

  Ending(Transition transition, Steps steps) {
    this.transition = transition;
    this.definition = transition.definition();
    this.state = transition.state();
    this.steps = steps;
  }

  /** It is known how the workflow ends, unless it succeeds. */
  void begin(Outcome outcome) {
    if (state.outcome() == null) {
      steps.leaving().leaveAll(this::mayNeedUndoing);
    }
    if (needsCleanUp()) {
      transition.record(new WorkflowEnding(outcome, null));
      proceed();
    } else {
      end(outcome, null);
    }
  }

  /** The workflow has ended. */
  void end(Outcome outcome, @Nullable Payload output) {
    Parent parent = state.parent();
    boolean isKept = output == null && outcome.failure() == null && state.outcome() != null;
    Payload result = isKept ? transition.payloads().result() : output;
    transition.record(new WorkflowEnded(outcome, result));
    steps.children().tellParent(parent, outcome, result);
  }

  /** Takes the next step towards the end, if the workflow has come so far. */
  void proceed() {
    if (state.status().hasEnded() || definition.isOfBranches()) {
      return;
    }
    Outcome outcome = state.outcome();
    if (outcome == null) {
      if (state.finishedSteps() == definition.mainSteps()) {
        succeed();
      }
      return;
    }
    if (outcome.status() != WorkflowStatus.SUCCEEDED && isUndoing()) {
      return;
    }
    for (int i = 0; i < definition.finallySteps(); i++) {
      steps.readiness().consider(definition.mainSteps() + i);
    }
    steps.readiness().spread();
    // A finally step that failed at once has made this method run within itself, to the very end.
    boolean isAllDone = state.finishedSteps() == definition.mainSteps() + definition.finallySteps();
    if (isAllDone && !state.status().hasEnded()) {
      Outcome last = state.outcome();
      end(last == null ? outcome : last, null);
    }
  }

  private void succeed() {
    Expression<Payload> expression = definition.output();
    Payload output = null;
    if (expression != null) {
      try {
        output = transition.evaluate(expression, null);
      } catch (EvaluationException e) {
        Failure why = Failures.ofExpression(e);
        Failure failure =
            new Failure(why.type(), "output of the workflow: " + why.message(), false);
        begin(new Outcome(WorkflowStatus.FAILED, failure));
        return;
      }
    }
    if (output != null && output.data().length > Steps.OUTPUT_BYTES) {
      begin(new Outcome(WorkflowStatus.FAILED, Steps.outputTooLarge(output.data().length)));
    } else if (output != null && !transition.room().fits(output)) {
      begin(new Outcome(WorkflowStatus.FAILED, transition.room().tooLarge(output)));
    } else if (definition.finallySteps() == 0) {
      end(Outcome.SUCCEEDED, output);
    } else {
      transition.record(new WorkflowEnding(Outcome.SUCCEEDED, output));
      proceed();
    }
  }

  /** Whether the finally steps may begin, or have begun. */
  boolean hasCleanedUp() {
    Outcome outcome = state.outcome();
    return outcome != null
        && (outcome.status() == WorkflowStatus.SUCCEEDED
            || (state.toCompensate().length == 0 && !isAwaiting()));
  }

  private boolean needsCleanUp() {
    return state.outcome() != null
        || definition.finallySteps() > 0
        || state.toCompensate().length > 0
        || isAwaiting();
  }

  /** Whether a step can still complete that would have to be undone then. */
  private boolean isAwaiting() {
    for (int step = 0; step < definition.mainSteps() && state.openSteps() > 0; step++) {
      if (mayNeedUndoing(step)) {
        return true;
      }
    }
    return false;
  }

  private boolean mayNeedUndoing(int step) {
    return state.stepStatus(step) == StepStatus.OPEN
        && definition.step(step).compensation() != CompiledDefinition.NO_STEP;
  }

  /**
   * Whether something is still to be undone; if so, that is under way. It begins when no step can
   * complete any more, or a step would be undone before one that was completed after it.
   */
  private boolean isUndoing() {
    if (isAwaiting()) {
      return true;
    }
    for (int[] left = state.toCompensate(); left.length > 0; left = state.toCompensate()) {
      for (int step : left) {
        if (state.stepStatus(definition.step(step).compensation()) != StepStatus.WAITING) {
          return true;
        }
      }
      steps.readiness().run(definition.step(left[left.length - 1]).compensation());
    }
    return false;
  }
}
