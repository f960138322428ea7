package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.effect.StartWorkflow;
import dev.millrace.orchestrator.core.effect.TellParent;
import dev.millrace.orchestrator.core.event.StepSuspended;
import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.expression.Expression;
import dev.millrace.orchestrator.core.graph.CompiledAction;
import dev.millrace.orchestrator.core.graph.CompiledStep;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Outcome;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.WorkflowView;
import org.jspecify.annotations.Nullable;

/** Decisions about workflows that a workflow starts, and about the one that started it. */
final class Children {
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

  /** Starts the child of a step, or of a branch. */
  void start(int step, CompiledStep compiled, CompiledAction.StartChild child)
      throws EvaluationException {
    int attempt = state.attempt(step) + 1;
    Parent parent = parent(step, attempt);
    String id = child.workflowId() == null ? id(parent) : id(child.workflowId(), step, attempt);
    Failure refusal = refusal(id, parent.depth());
    if (refusal != null) {
      steps.failures().failForGood(step, refusal);
      return;
    }
    Payload input = child.input() == null ? input(step) : evaluate(child.input(), step);
    if (child.isDetached()) {
      transition.effect(new StartWorkflow(id, child.definition(), child.version(), input, null));
      steps.succeed(step, attempt, null);
      return;
    }
    long deadlineMs = Deadlines.after(transition.nowMs(), compiled.timeoutMs());
    transition.record(new StepSuspended(step, attempt, deadlineMs, id));
    transition.effect(new StartWorkflow(id, child.definition(), child.version(), input, parent));
    transition.armTimer(deadlineMs);
  }

  /** What the child of an attempt of a step or branch is told to answer to. */
  Parent parent(int step, int attempt) {
    Chunk chunk = transition.chunk();
    Parent own = state.parent();
    int depthOfWorkflow = own == null ? 0 : own.depth();
    return new Parent(
        transition.workflowId(),
        transition.definition().step(step).id(),
        chunk == null ? Parent.NO_BRANCH : chunk.branch(step),
        attempt,
        1 + (chunk == null ? depthOfWorkflow : chunk.ofWorkflow().depth()));
  }

  /** The id of a child whose definition gives it none. */
  private static String id(Parent parent) {
    String step = parent.workflowId() + '.' + parent.step();
    return parent.branch() == Parent.NO_BRANCH
        ? "%s.%d".formatted(step, parent.attempt())
        : "%s:%d.%d".formatted(step, parent.branch(), parent.attempt());
  }

  /** The id that a definition gives; that of a child of a later attempt is another one. */
  private String id(Expression<String> given, int step, int attempt) throws EvaluationException {
    String id = evaluate(given, step);
    return attempt == 1 ? id : id + '.' + attempt;
  }

  private <T> T evaluate(Expression<T> expression, int step) throws EvaluationException {
    Chunk chunk = transition.chunk();
    return chunk == null
        ? transition.evaluate(expression, null)
        : transition.evaluateAt(expression, chunk.items().item(step), chunk.index(step));
  }

  /** The input of a child that is mapped none: that of its workflow, or its item. */
  private @Nullable Payload input(int step) {
    Chunk chunk = transition.chunk();
    return chunk == null ? transition.payloads().input() : chunk.items().item(step);
  }

  private static @Nullable Failure refusal(String id, int depth) {
    if (!RecordKeys.isKey(id)) {
      return RecordKeys.badChildId(id);
    }
    return depth <= Parent.DEPTH
        ? null
        : new Failure(
            Failure.CHILD_DEPTH,
            "the child would be %d workflows deep, at most %d are allowed"
                .formatted(depth, Parent.DEPTH),
            false);
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
