package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.definition.DefinitionLimits;
import dev.millrace.orchestrator.core.effect.CancelAttempt;
import dev.millrace.orchestrator.core.effect.CancelBranches;
import dev.millrace.orchestrator.core.effect.CancelWorkflow;
import dev.millrace.orchestrator.core.graph.CompiledAction;
import dev.millrace.orchestrator.core.state.Branches;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.function.IntPredicate;

/** Tells workers, and workflows of steps, that they are not waited for any more. */
final class Leaving {
  private final Transition transition;
  private final WorkflowView state;
  private final Children children;

  Leaving(Transition transition, Children children) {
    this.transition = transition;
    this.state = transition.state();
    this.children = children;
  }

  /** What runs for a step or a branch, or for the branches of a step, is not waited for. */
  void leave(int step, String reason) {
    switch (state.stepStatus(step)) {
      case OPEN -> leaveAttempt(step, reason);
      case SUSPENDED -> {
        switch (transition.definition().step(step).action()) {
          case CompiledAction.Work work -> leaveBranches(step, reason);
          case CompiledAction.StartChild child -> leaveChildren(step, child, reason);
          case CompiledAction.SetValue set -> {}
          case CompiledAction.Delay delay -> {}
          case CompiledAction.Until until -> {}
          case CompiledAction.AwaitSignal wait -> {}
          case CompiledAction.Choose choose -> {}
        }
      }
      case WAITING, BACKING_OFF, READY, SUCCEEDED, FAILED, SKIPPED, ABANDONED -> {}
    }
  }

  /**
   * The workflow is about to end, or to clean up.
   *
   * @param isAwaited which open steps it waits for even then
   */
  void leaveAll(IntPredicate isAwaited) {
    String reason = "workflow '%s' is ending".formatted(transition.workflowId());
    for (int step : state.stepsWithChildren()) {
      leave(step, reason);
    }
    for (int step : state.stepsWithBranches()) {
      leave(step, reason);
    }
    int left = state.openSteps();
    for (int step = 0; left > 0 && step < state.stepCount(); step++) {
      if (state.stepStatus(step) == StepStatus.OPEN) {
        left--;
        if (!isAwaited.test(step)) {
          leave(step, reason);
        }
      }
    }
  }

  private void leaveAttempt(int step, String reason) {
    Chunk chunk = transition.chunk();
    int branch = chunk == null ? CancelAttempt.NO_BRANCH : chunk.branch(step);
    transition.effect(new CancelAttempt(step, branch, state.attempt(step), reason));
  }

  private void leaveBranches(int step, String reason) {
    int last = Chunk.formerAttempts(state.attempt(step)) + DefinitionLimits.ATTEMPTS;
    transition.effect(new CancelAttempt(step, CancelAttempt.NO_BRANCH, last, reason));
  }

  private void leaveChildren(int step, CompiledAction.StartChild start, String reason) {
    String child = state.child(step);
    Branches branches = state.branches(step);
    if (!start.isCancelled()) {
      return;
    }
    Parent parent = children.parent(step, state.attempt(step));
    if (child != null) {
      transition.effect(new CancelWorkflow(child, parent, reason));
    } else if (branches != null) {
      transition.effect(
          new CancelBranches(step, parent.attempt(), branches, parent.depth(), reason));
    }
  }
}
