package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.core.ReferenceStep.Part;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.expression.ExpressionCompiler;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How the workflow of the reference ends, and what comes before that. */
final class ReferenceEnd {
  private final WorkflowDefinition definition;
  private final Map<String, ReferenceStep> steps;
  private final ReferenceScope scope;
  private final Consumer<String> tell;

  /** Lets everything happen that may. */
  private final Runnable settle;

  /** Gives up the workflows that steps wait for. */
  private final Runnable leaveChildren;

  /** Steps to undo, in the order of their completion. */
  private final List<String> toUndo = new ArrayList<>();

  private @Nullable WorkflowStatus outcome;
  private @Nullable String failureType;
  private @Nullable Payload result;
  private @Nullable WorkflowStatus ended;
  private @Nullable Parent parent;

  ReferenceEnd(
      WorkflowDefinition definition,
      Map<String, ReferenceStep> steps,
      ReferenceScope scope,
      Consumer<String> tell,
      Runnable settle,
      Runnable leaveChildren) {
    this.definition = definition;
    this.steps = steps;
    this.scope = scope;
    this.tell = tell;
    this.settle = settle;
    this.leaveChildren = leaveChildren;
  }

  /** Somebody is told how it ends. */
  void begin(@Nullable Parent above) {
    parent = above;
  }

  /** How it is going to end, or has ended; null while that is not known. */
  @Nullable WorkflowStatus outcome() {
    return outcome;
  }

  @Nullable WorkflowStatus ended() {
    return ended;
  }

  @Nullable String failureType() {
    return ended == null ? null : failureType;
  }

  @Nullable Payload result() {
    return result;
  }

  List<String> toUndo() {
    return toUndo;
  }

  /** It is known how the workflow ends, or what else than success it is. */
  void begin(WorkflowStatus how, @Nullable String type) {
    boolean isFirst = outcome == null;
    if (isFirst) {
      leaveChildren.run();
    }
    boolean isAwaiting = steps.values().stream().anyMatch(ReferenceEnd::mayNeedUndoing);
    boolean needsCleanUp =
        !isFirst || !toUndo.isEmpty() || isAwaiting || !definition.finallySteps().isEmpty();
    outcome = how;
    failureType = type;
    if (how != WorkflowStatus.SUCCEEDED) {
      result = null;
    }
    if (!needsCleanUp) {
      tellEnd("ended", result);
      ended = how;
      return;
    }
    if (how == WorkflowStatus.SUCCEEDED) {
      toUndo.clear();
    }
    for (ReferenceStep step : steps.values()) {
      if (step.part == Part.MAIN && !step.status.isFinal() && !mayNeedUndoing(step)) {
        step.come(StepStatus.ABANDONED);
      }
    }
    tellEnd("ending", result);
    settle.run();
  }

  /** It ends at once. */
  void terminate() {
    outcome = WorkflowStatus.TERMINATED;
    failureType = Failure.TERMINATED;
    result = null;
    tellEnd("ended", null);
    ended = outcome;
  }

  private void tellEnd(String how, @Nullable Payload output) {
    WorkflowStatus known = outcome == null ? WorkflowStatus.ABSENT : outcome;
    Failure failure = failureType == null ? null : new Failure(failureType, "", false);
    tell.accept(Told.ends(how, known, failure, output));
    if (how.equals("ended") && parent != null) {
      String type = failureType == null ? null : failureType.replaceFirst("^millrace[.]", "child.");
      tell.accept(Told.parent(parent, result, type));
    }
  }

  private static boolean mayNeedUndoing(ReferenceStep step) {
    return step.part == Part.MAIN
        && step.status == StepStatus.OPEN
        && step.definition.compensation() != null;
  }

  /** Whether steps are still to be undone before the finally steps may run. */
  boolean isUndoing() {
    boolean isAwaiting = steps.values().stream().anyMatch(ReferenceEnd::mayNeedUndoing);
    return outcome != null
        && outcome != WorkflowStatus.SUCCEEDED
        && (isAwaiting || !toUndo.isEmpty());
  }

  /** The step that completed last is undone first, once nothing can complete any more. */
  boolean isNextToUndo(ReferenceStep compensation) {
    return steps.values().stream().noneMatch(ReferenceEnd::mayNeedUndoing)
        && toUndo.getLast().equals(compensation.undoes());
  }

  /** Ends the workflow, or takes it nearer to its end, when nothing is left to do before that. */
  boolean comesNearer() {
    if (outcome == null) {
      if (!areDone(Part.MAIN)) {
        return false;
      }
      try {
        if (definition.output() != null) {
          result = scope.evaluate(ExpressionCompiler::template, definition.output(), null);
        }
      } catch (EvaluationException e) {
        begin(WorkflowStatus.FAILED, Failure.EXPRESSION);
        return true;
      }
      if (result != null && result.data().length > ReferenceWorkflow.LARGEST_OUTPUT) {
        begin(WorkflowStatus.FAILED, Failure.OUTPUT_TOO_LARGE);
      } else {
        succeed();
      }
      return true;
    }
    if (isUndoing() || !areDone(Part.FINALLY)) {
      return false;
    }
    tellEnd("ended", result);
    ended = outcome;
    return true;
  }

  private void succeed() {
    if (definition.finallySteps().isEmpty()) {
      outcome = WorkflowStatus.SUCCEEDED;
      tellEnd("ended", result);
      ended = WorkflowStatus.SUCCEEDED;
    } else {
      begin(WorkflowStatus.SUCCEEDED, null);
    }
  }

  private boolean areDone(Part part) {
    return steps.values().stream().allMatch(step -> step.part != part || step.status.isFinal());
  }
}
