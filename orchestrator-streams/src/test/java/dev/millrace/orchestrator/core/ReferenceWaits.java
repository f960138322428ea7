package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.core.ReferenceStep.Part;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.expression.ExpressionCompiler;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the steps of the reference wait for besides workers: signals and other workflows. */
final class ReferenceWaits {
  static final int LONGEST_ID = 256;
  private static final int DEEPEST = 16;

  private final ReferenceRun run;
  private final Map<String, ReferenceStep> steps;
  private final ReferenceScope scope;

  /** Signals that came before a step waited for them, oldest first. */
  private final List<Kept> kept = new ArrayList<>();

  private @Nullable Parent parent;

  ReferenceWaits(ReferenceRun run, Map<String, ReferenceStep> steps, ReferenceScope scope) {
    this.run = run;
    this.steps = steps;
    this.scope = scope;
  }

  /** A signal that is kept. */
  record Kept(String name, @Nullable Payload payload) {}

  List<Kept> kept() {
    return kept;
  }

  @Nullable Parent parent() {
    return parent;
  }

  void begin(@Nullable Parent above) {
    parent = above;
  }

  /** A step comes to wait for a signal. */
  void await(ReferenceStep step, StepAction.AwaitSignal wait) {
    Kept signal =
        kept.stream().filter(each -> each.name().equals(wait.signal())).findFirst().orElse(null);
    if (signal == null) {
      long timeoutMs = step.definition.timeouts().startToClose().toMillis();
      run.suspend(step, timeoutMs == 0 ? 0 : run.nowMs() + timeoutMs);
      return;
    }
    kept.remove(signal);
    if (step.definition.repeat() == null) {
      step.attempt++;
      run.results().succeeded(step, signal.payload());
    } else {
      run.suspend(step, 0);
      run.results().roundSucceeded(step, signal.payload());
    }
  }

  /** A signal comes that is not refused. */
  void receive(String name, @Nullable Payload payload) {
    for (ReferenceStep step : steps.values()) {
      if (step.status == StepStatus.SUSPENDED && isFor(step, name)) {
        run.tell(Told.signal(name, payload, step.id()));
        run.results().roundSucceeded(step, payload);
        return;
      }
    }
    run.tell(Told.signal(name, payload, null));
    kept.add(new Kept(name, payload));
  }

  static boolean isFor(ReferenceStep step, String signal) {
    return step.definition.action() instanceof StepAction.AwaitSignal wait
        && wait.signal().equals(signal);
  }

  /** Starts the child of a step. */
  void startChild(ReferenceStep step, StepAction.StartChild child) throws EvaluationException {
    String id =
        child.workflowId() == null
            ? "workflow." + step.id() + "." + (step.attempt + 1)
            : scope.evaluate(ExpressionCompiler::text, child.workflowId(), null)
                + (step.attempt == 0 ? "" : "." + (step.attempt + 1));
    int depth = parent == null ? 1 : parent.depth() + 1;
    if (id.isEmpty() || id.length() > LONGEST_ID) {
      run.results().failed(step, Failure.CHILD_ID);
      return;
    }
    if (depth > DEEPEST) {
      run.results().failed(step, Failure.CHILD_DEPTH);
      return;
    }
    Payload input =
        child.input() == null
            ? scope.input
            : scope.evaluate(ExpressionCompiler::template, child.input(), null);
    if (child.detached()) {
      run.tell(Told.child(id, child.definition(), child.version(), input, null));
      step.attempt++;
      run.results().succeeded(step, null);
      return;
    }
    long timeoutMs = step.definition.timeouts().startToClose().toMillis();
    run.suspend(step, timeoutMs == 0 ? 0 : run.nowMs() + timeoutMs);
    step.child = id;
    Parent self = new Parent("workflow", step.id(), step.attempt, depth);
    run.tell(Told.child(id, child.definition(), child.version(), input, self));
  }

  /** A step goes on, or ends, without its child. */
  void leave(ReferenceStep step) {
    if (step.child != null
        && step.definition.action() instanceof StepAction.StartChild start
        && start.cancelled()) {
      run.tell(Told.cancelled(step.child));
    }
  }

  void leaveAll(@Nullable Part part) {
    steps.values().stream().filter(step -> part == null || step.part == part).forEach(this::leave);
  }

  /** A step has waited as long as it may. */
  void endWait(ReferenceStep step) {
    switch (step.definition.action()) {
      case StepAction.StartChild child -> {
        leave(step);
        run.results().attemptFailed(step, Failure.START_TO_CLOSE_TIMEOUT, true);
      }
      case StepAction.AwaitSignal wait ->
          run.results().attemptFailed(step, Failure.SIGNAL_TIMEOUT, false);
      case StepAction.Delay delay -> run.results().succeeded(step, null);
      case StepAction.Until until -> run.results().succeeded(step, null);
      case StepAction.Work work -> throw new AssertionError(step.id());
      case StepAction.SetValue set -> throw new AssertionError(step.id());
      case StepAction.Choose choose -> throw new AssertionError(step.id());
    }
  }
}
