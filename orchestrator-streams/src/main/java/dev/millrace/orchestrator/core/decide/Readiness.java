package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.effect.DispatchStep;
import dev.millrace.orchestrator.core.effect.HoldStep;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepHeld;
import dev.millrace.orchestrator.core.event.StepSkipped;
import dev.millrace.orchestrator.core.event.StepSuspended;
import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.expression.Expression;
import dev.millrace.orchestrator.core.graph.Adjacency;
import dev.millrace.orchestrator.core.graph.CompiledAction;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.CompiledStep;
import dev.millrace.orchestrator.core.graph.CompiledStep.Group;
import dev.millrace.orchestrator.core.state.Clocks;
import dev.millrace.orchestrator.core.state.Join;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** Decisions about steps that may start: which do, which are held and which are skipped. */
final class Readiness {
  private final Transition transition;
  private final CompiledDefinition definition;
  private final WorkflowView state;
  private final Steps steps;

  /** Steps that have come to their end and whose dependents were not looked at yet. */
  private final Queue<Integer> ended = new ArrayDeque<>(2);

  Readiness(Transition transition, Steps steps) {
    this.transition = transition;
    this.definition = transition.definition();
    this.state = transition.state();
    this.steps = steps;
  }

  /** A step has come to its end; {@link #spread} looks at what depends on it. */
  void ended(int step) {
    ended.add(step);
  }

  /** Looks at what depends on steps that have ended, until nothing more follows. */
  void spread() {
    Adjacency dependents = definition.dependents();
    for (Integer step = ended.poll(); step != null; step = ended.poll()) {
      for (int edge = dependents.start(step); edge < dependents.end(step); edge++) {
        consider(dependents.target(edge));
      }
    }
  }

  /** Starts a step that waits for nothing more, and skips one that waits in vain. */
  void consider(int step) {
    if (state.status().hasEnded() || state.stepStatus(step) != StepStatus.WAITING) {
      return;
    }
    int join = state.join(step);
    if (join == 0) {
      start(step);
    } else if (join == Join.MISSED) {
      skip(step, StepSkipped.Reason.DEPENDENCIES);
    }
  }

  /** A step will not run. */
  void skip(int step, StepSkipped.Reason reason) {
    transition.record(new StepSkipped(step, reason));
    ended.add(step);
  }

  private void start(int step) {
    Expression<Boolean> when = definition.step(step).when();
    if (when != null) {
      try {
        if (!transition.evaluate(when, null)) {
          skip(step, StepSkipped.Reason.CONDITION);
          return;
        }
      } catch (EvaluationException e) {
        steps.failures().failForGood(step, Failures.ofExpression(e));
        return;
      }
    }
    run(step);
  }

  /** Runs a step that may, or holds it; one that is held for its queue waits for its turn. */
  void run(int step) {
    if (state.isGated(step)) {
      return;
    }
    CompiledStep compiled = definition.step(step);
    StepHeld held = held(step, compiled);
    if (held == null) {
      held = atGate(step, compiled);
    }
    if (held == null) {
      begin(step, compiled);
    } else if (held.reason().isAtGate()) {
      transition.record(held);
      transition.effect(new HoldStep(step));
    } else if (state.stepStatus(step) != StepStatus.READY
        || state.stepDeadlineMs(step) != held.untilMs()) {
      hold(held);
    }
  }

  /** Runs a step whose turn it is at its queue, unless something else holds it now. */
  void pass(int step) {
    if (state.isGated(step)) {
      CompiledStep compiled = definition.step(step);
      StepHeld held = held(step, compiled);
      if (held == null) {
        begin(step, compiled);
      } else {
        hold(held);
      }
    }
  }

  /** Steps that wait for their queues have other places there now. */
  void holdAgain() {
    for (int step = state.gatedSteps() == 0 ? state.stepCount() : state.nextHeld(0);
        step < state.stepCount();
        step = state.nextHeld(step + 1)) {
      if (state.isGated(step)) {
        transition.effect(new HoldStep(step));
      }
    }
  }

  private void hold(StepHeld held) {
    transition.record(held);
    transition.armTimer(held.untilMs());
  }

  private void begin(int step, CompiledStep compiled) {
    try {
      if (definition.isOfBranches()) {
        steps.branches().run(step);
      } else if (compiled.forEach() != null) {
        steps.forks().open(step, compiled.forEach());
      } else if (compiled.action() instanceof CompiledAction.Work work) {
        dispatch(step, compiled, work);
      } else {
        runHere(step, compiled);
      }
    } catch (EvaluationException e) {
      steps.failures().failForGood(step, Failures.ofExpression(e));
    }
  }

  /**
   * Runs steps that were held for want of room, as long as there is some. In a pause branches, whom
   * nobody tells of its end, have one of them look for it.
   */
  void release() {
    int left = state.heldSteps() - state.gatedSteps();
    for (int step = -1; left > 0 && roomFor() > 0; left--) {
      step = state.nextHeldElsewhere(step + 1);
      if (step == state.stepCount()) {
        break;
      }
      boolean isPaused = transition.isPaused();
      boolean isTold = !definition.isOfBranches();
      if (state.stepDeadlineMs(step) == WorkflowView.NO_DEADLINE && !(isPaused && isTold)) {
        run(step);
      }
      if (isPaused) {
        break;
      }
    }
    boolean isHeld = transition.isPaused() && state.heldSteps() > 0; // so would be the others
    if (definition.isOfBranches() && roomFor() > 0 && !isHeld) {
      startBranches();
    }
  }

  /** Runs steps that a pause has held and that need no room, now that it is over. */
  void resume() {
    for (int step = state.nextHeldElsewhere(0);
        step < state.stepCount();
        step = state.nextHeldElsewhere(step + 1)) {
      if (!needsRoom(definition.step(step))
          && state.stepDeadlineMs(step) == WorkflowView.NO_DEADLINE) {
        run(step);
      }
    }
  }

  /** Starts branches as long as there is room; those that have not begun are the last ones. */
  private void startBranches() {
    int count = state.stepCount();
    if (state.stepStatus(count - 1) != StepStatus.WAITING) {
      return;
    }
    int begun = 0;
    int waiting = count - 1;
    while (begun < waiting) {
      int middle = (begun + waiting) >>> 1;
      if (state.stepStatus(middle) == StepStatus.WAITING) {
        waiting = middle;
      } else {
        begun = middle + 1;
      }
    }
    boolean isHeld = false;
    for (int step = waiting; step < count && !isHeld && roomFor() > 0; step++) {
      run(step);
      // so would be those that follow; at the gate each has a place of its own
      isHeld = state.stepStatus(step) == StepStatus.READY && !state.isGated(step);
    }
  }

  private @Nullable StepHeld held(int step, CompiledStep compiled) {
    if (transition.isPaused()) {
      return new StepHeld(step, StepHeld.Reason.PAUSED, WorkflowView.NO_DEADLINE);
    }
    if (compiled.window() != null && isSent(compiled)) {
      long opensAtMs = Windows.opensAtMs(compiled.window(), transition.nowMs());
      if (opensAtMs > transition.nowMs()) {
        return new StepHeld(step, StepHeld.Reason.WINDOW, opensAtMs);
      }
    }
    return !needsRoom(compiled) || roomFor() + (state.isGated(step) ? 1 : 0) > 0
        ? null
        : new StepHeld(step, StepHeld.Reason.MAX_PARALLEL, WorkflowView.NO_DEADLINE);
  }

  private @Nullable StepHeld atGate(int step, CompiledStep compiled) {
    boolean isForWorkers =
        compiled.action() instanceof CompiledAction.Work
            && (definition.isOfBranches() || compiled.forEach() == null);
    StepHeld.Reason reason =
        isForWorkers ? transition.gate().hindrance(compiled.queue(), state.priority()) : null;
    return reason == null ? null : new StepHeld(step, reason, WorkflowView.NO_DEADLINE);
  }

  /** How many more steps may be open at once, or be held for their queues. */
  private int roomFor() {
    return definition.maxParallel() - state.openSteps() - state.gatedSteps();
  }

  /** Whether a worker or another workflow runs a step, which then waits for its window. */
  private static boolean isSent(CompiledStep step) {
    return step.action() instanceof CompiledAction.Work
        || step.action() instanceof CompiledAction.StartChild;
  }

  /** Whether a step counts among those that may be open at once. */
  private boolean needsRoom(CompiledStep step) {
    return definition.isOfBranches()
        || (step.group() != Group.COMPENSATION && step.action() instanceof CompiledAction.Work);
  }

  private void dispatch(int step, CompiledStep compiled, CompiledAction.Work work)
      throws EvaluationException {
    int attempt = state.attempt(step) + 1;
    Clocks former = state.clocks(step);
    if (Deadlines.isDue(former.overallByMs(), transition.nowMs())) {
      steps.failures().failForGood(step, Heartbeats.scheduleToClose(compiled.limits()));
      return;
    }
    Clocks clocks = compiled.limits().dispatched(former, transition.nowMs());
    boolean undoes = compiled.compensates() != CompiledDefinition.NO_STEP;
    Payload input = undoes ? transition.payloads().output(compiled.compensates()) : null;
    if (work.input() != null) {
      input = transition.evaluate(work.input(), input);
    }
    List<@Nullable Payload> outputs = steps.kept().outputs(step, compiled, work);
    String resultKey = steps.kept().key(step, compiled, work, input, outputs);
    if (resultKey != null && steps.kept().take(step, compiled, attempt, resultKey)) {
      return;
    }
    String affinity = work.affinity() == null ? null : transition.evaluate(work.affinity(), null);
    if (affinity != null && !RecordKeys.isKey(affinity)) {
      steps.failures().failForGood(step, RecordKeys.badAffinity(affinity));
      return;
    }
    transition.record(new StepDispatched(step, attempt, clocks.earliestMs(), resultKey));
    boolean isMapped = undoes || work.input() != null;
    transition.effect(
        new DispatchStep(
            step, attempt, clocks.attemptByMs(), isMapped, input, List.of(), outputs, affinity));
    transition.armTimer(clocks.earliestMs());
  }

  /** Runs a step that no worker is needed for. */
  private void runHere(int step, CompiledStep compiled) throws EvaluationException {
    int attempt = state.attempt(step) + 1;
    switch (compiled.action()) {
      case CompiledAction.SetValue set ->
          steps.set(step, attempt, transition.evaluate(set.value(), null));
      case CompiledAction.Choose choose -> steps.succeed(step, attempt, choose(choose));
      case CompiledAction.Delay delay ->
          suspend(
              step,
              attempt,
              Deadlines.after(
                  transition.nowMs(), Math.max(1, transition.evaluate(delay.durationMs(), null))));
      case CompiledAction.Until until -> {
        long timeMs = transition.evaluate(until.timeMs(), null);
        suspend(step, attempt, Math.clamp(timeMs, 1, WorkflowView.LATEST_DEADLINE_MS));
      }
      case CompiledAction.StartChild child -> steps.children().start(step, compiled, child);
      case CompiledAction.AwaitSignal wait -> steps.signals().await(step, compiled, wait);
      case CompiledAction.Work work -> throw new IllegalStateException("a worker runs it");
    }
  }

  private void suspend(int step, int attempt, long dueMs) {
    transition.record(new StepSuspended(step, attempt, dueMs));
    transition.armTimer(dueMs);
  }

  private @Nullable Payload choose(CompiledAction.Choose choose) throws EvaluationException {
    for (CompiledAction.CompiledCase each : choose.cases()) {
      if (each.when() == null || transition.evaluate(each.when(), null)) {
        return new Payload("", ('"' + each.name() + '"').getBytes(StandardCharsets.UTF_8));
      }
    }
    return null;
  }
}
