package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.effect.CancelWorkflow;
import dev.millrace.orchestrator.core.effect.StartWorkflow;
import dev.millrace.orchestrator.core.effect.TellParent;
import dev.millrace.orchestrator.core.event.StepSuspended;
import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.graph.CompiledAction;
import dev.millrace.orchestrator.core.graph.CompiledStep;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Outcome;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Decisions about workflows that a workflow starts, and about the one that started it. */
final class Children {
  /** Longest id of a workflow, in bytes of UTF-8. */
  static final int ID_BYTES = 256;

  /** What failure types of the engine become when a child fails of them. */
  private static final String CHILD_PREFIX = "child.";

  private static final String ENGINE_PREFIX = "millrace.";

  private final Transition transition;
  private final WorkflowView state;
  private final Steps steps;

  Children(Transition transition, Steps steps) {
    this.transition = transition;
    this.state = transition.state();
    this.steps = steps;
  }

  /** Starts the child of a step. */
  void start(int step, CompiledStep compiled, CompiledAction.StartChild child)
      throws EvaluationException {
    int attempt = state.attempt(step) + 1;
    String id =
        child.workflowId() == null
            ? "%s.%s.%d".formatted(transition.workflowId(), compiled.id(), attempt)
            : transition.evaluate(child.workflowId(), null);
    Parent own = state.parent();
    int depth = own == null ? 1 : own.depth() + 1;
    Failure refusal = refusal(id, depth);
    if (refusal != null) {
      steps.failures().failForGood(step, refusal);
      return;
    }
    Payload input =
        child.input() == null
            ? transition.payloads().input()
            : transition.evaluate(child.input(), null);
    if (child.isDetached()) {
      transition.effect(new StartWorkflow(id, child.definition(), child.version(), input, null));
      steps.succeed(step, attempt, null);
      return;
    }
    long deadlineMs = Deadlines.after(transition.nowMs(), compiled.timeoutMs());
    transition.record(new StepSuspended(step, attempt, deadlineMs, id));
    Parent parent = new Parent(transition.workflowId(), compiled.id(), attempt, depth);
    transition.effect(new StartWorkflow(id, child.definition(), child.version(), input, parent));
    transition.armTimer(deadlineMs);
  }

  private static @Nullable Failure refusal(String id, int depth) {
    int bytes = id.getBytes(StandardCharsets.UTF_8).length;
    if (bytes == 0 || bytes > ID_BYTES || id.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
      return new Failure(
          Failure.CHILD_ID,
          "the id of the child has %d bytes, or control characters; give it 1 to %d bytes"
              .formatted(bytes, ID_BYTES),
          false);
    }
    return depth <= Parent.DEPTH
        ? null
        : new Failure(
            Failure.CHILD_DEPTH,
            "the child would be %d workflows deep, at most %d are allowed"
                .formatted(depth, Parent.DEPTH),
            false);
  }

  /** The child of a step is not waited for any more. */
  void leave(int step, String reason) {
    String child = state.child(step);
    if (child != null
        && state.stepStatus(step) == StepStatus.SUSPENDED
        && transition.definition().step(step).action() instanceof CompiledAction.StartChild start
        && start.isCancelled()) {
      transition.effect(new CancelWorkflow(child, reason));
    }
  }

  /** The workflow is about to end, or to clean up: its children are not waited for any more. */
  void leaveAll() {
    for (int step : state.stepsWithChildren()) {
      leave(step, "its parent '%s' is ending".formatted(transition.workflowId()));
    }
  }

  /** Tells the parent, if there is one, how the workflow has ended. */
  void tellParent(@Nullable Parent parent, Outcome outcome, @Nullable Payload output) {
    if (parent != null) {
      transition.effect(new TellParent(parent, output, ofChild(outcome.failure())));
    }
  }

  private @Nullable Failure ofChild(@Nullable Failure failure) {
    if (failure == null) {
      return null;
    }
    String type =
        failure.type().startsWith(ENGINE_PREFIX)
            ? CHILD_PREFIX + failure.type().substring(ENGINE_PREFIX.length())
            : failure.type();
    String message = "workflow '%s': %s".formatted(transition.workflowId(), failure.message());
    return new Failure(type, Failure.cut(message, Failure.MESSAGE_CHARS), failure.retryable());
  }
}
