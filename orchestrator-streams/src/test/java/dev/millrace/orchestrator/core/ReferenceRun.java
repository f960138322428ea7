package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.core.ReferenceStep.Part;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.expression.ExpressionCompiler;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the steps of the reference do. */
final class ReferenceRun {
  private final WorkflowDefinition definition;
  private final Map<String, ReferenceStep> steps;
  private final ReferenceScope scope;
  private final ReferenceJoins joins;
  private final ReferenceEnd end;
  private final ReferenceWaits waits;
  private final ReferenceResults results;
  private final ReferenceCache cache;
  private List<String> told = new ArrayList<>();
  private List<Told.Turn> order = List.of();
  private long nowMs;
  private boolean isPaused;
  private boolean isGateShut;

  ReferenceRun(
      WorkflowDefinition definition,
      Map<String, ReferenceStep> steps,
      ReferenceScope scope,
      CoreChoices choices,
      SharedResults shared) {
    this.definition = definition;
    this.steps = steps;
    this.scope = scope;
    this.joins = new ReferenceJoins(steps);
    ReferenceWaits waiting = new ReferenceWaits(this, steps, scope);
    this.waits = waiting;
    this.results = new ReferenceResults(this, steps, scope, choices);
    this.cache = new ReferenceCache(this, scope, choices, shared);
    this.end =
        new ReferenceEnd(
            definition, steps, scope, this::tell, this::settle, () -> waiting.leaveAll(Part.MAIN));
  }

  ReferenceJoins joins() {
    return joins;
  }

  ReferenceEnd end() {
    return end;
  }

  ReferenceWaits waits() {
    return waits;
  }

  ReferenceResults results() {
    return results;
  }

  ReferenceCache cache() {
    return cache;
  }

  long nowMs() {
    return nowMs;
  }

  boolean isPaused() {
    return isPaused;
  }

  void pause(boolean paused) {
    isPaused = paused;
  }

  void tell(String words) {
    told.add(words);
  }

  void begin(long atMs, boolean withGateShut, List<Told.Turn> inOrder, List<String> telling) {
    isGateShut = withGateShut;
    nowMs = atMs;
    order = inOrder;
    told = telling;
  }

  /** Lets everything happen that may, first what happens in the core, in its order. */
  void settle() {
    while (end.ended() == null) {
      boolean changed = false;
      for (Told.Turn turn : order) {
        ReferenceStep step = step(turn.step());
        boolean mayBe = turn.begins() || step.status == StepStatus.WAITING;
        changed = changed || (mayBe && look(step));
      }
      for (ReferenceStep step : steps.values()) {
        changed = changed || look(step);
      }
      if (!changed && !end.comesNearer()) {
        return;
      }
    }
  }

  /** Does what may be done about a step; tells whether anything was. */
  private boolean look(ReferenceStep step) {
    boolean mayRun =
        switch (step.part) {
          case MAIN -> end.outcome() == null;
          case FINALLY -> end.outcome() != null && !end.isUndoing();
          case COMPENSATION -> end.isUndoing() && end.isNextToUndo(step);
        };
    if (end.ended() != null || !mayRun) {
      return false;
    }
    boolean isHeld = isPaused || step.deadlineMs != 0 || isFull(step) || step.isGated();
    if (step.status == StepStatus.READY && !isHeld) {
      start(step);
      return true;
    }
    if (step.status != StepStatus.WAITING) {
      return false;
    }
    return switch (joins.verdict(step)) {
      case WAITS -> false;
      case NEVER_STARTS -> results.skip(step, "DEPENDENCIES");
      case MAY_START -> {
        String when = step.definition.when();
        try {
          if (when != null && !scope.holds(when, null)) {
            yield results.skip(step, "CONDITION");
          }
          start(step);
        } catch (EvaluationException e) {
          results.failed(step, Failure.EXPRESSION);
        }
        yield true;
      }
    };
  }

  /** Gets a step under way, or holds it. */
  void start(ReferenceStep step) {
    start(step, isGateShut);
  }

  /** It is the turn of a step that is held for its queue. */
  void pass(ReferenceStep step) {
    if (step.isGated()) {
      start(step, false);
    }
  }

  private void start(ReferenceStep step, boolean isHeldAtGate) {
    if (isPaused) {
      step.hold(0, false);
      return;
    }
    if (step.definition.action() instanceof StepAction.Work) {
      var window = step.definition.window();
      long opensAtMs = window == null ? nowMs : ReferenceWindows.opensAtMs(window, nowMs);
      if (opensAtMs > nowMs || isFull(step)) {
        step.hold(opensAtMs > nowMs ? opensAtMs : 0, false);
        return;
      }
      if (isHeldAtGate) {
        step.hold(0, true);
        return;
      }
    }
    try {
      doIt(step);
    } catch (EvaluationException e) {
      results.failed(step, Failure.EXPRESSION);
    }
  }

  private boolean isFull(ReferenceStep step) {
    if (definition.maxParallel() == 0 || step.part == Part.COMPENSATION || !step.isWork()) {
      return false;
    }
    long open =
        steps.values().stream()
            .filter(each -> each != step)
            .filter(each -> each.status == StepStatus.OPEN || each.isGated())
            .count();
    return open >= definition.maxParallel();
  }

  private void doIt(ReferenceStep step) throws EvaluationException {
    switch (step.definition.action()) {
      case StepAction.Work work -> dispatch(step);
      case StepAction.SetValue set -> {
        Payload value = scope.evaluate(ExpressionCompiler::template, set.value(), null);
        if (value.data().length > ReferenceWorkflow.LARGEST_OUTPUT) {
          results.failed(step, Failure.OUTPUT_TOO_LARGE);
        } else {
          step.attempt++;
          results.succeeded(step, value);
        }
      }
      case StepAction.Choose choose -> {
        Payload chosen = chosen(choose);
        step.attempt++;
        results.succeeded(step, chosen);
      }
      case StepAction.Delay delay -> {
        long ms = scope.evaluate(ExpressionCompiler::duration, delay.duration(), null);
        suspend(step, nowMs + Math.max(1, ms));
      }
      case StepAction.Until until -> {
        long ms = scope.evaluate(ExpressionCompiler::time, until.time(), null);
        suspend(step, Math.min(Math.max(1, ms), WorkflowView.LATEST_DEADLINE_MS));
      }
      case StepAction.AwaitSignal signal -> waits.await(step, signal);
      case StepAction.StartChild child -> waits.startChild(step, child);
    }
  }

  private @Nullable Payload chosen(StepAction.Choose choose) throws EvaluationException {
    for (StepAction.Case each : choose.cases()) {
      if (each.when() == null || scope.holds(each.when(), null)) {
        return new Payload("", ('"' + each.name() + '"').getBytes(StandardCharsets.UTF_8));
      }
    }
    return null;
  }

  void suspend(ReferenceStep step, long dueMs) {
    step.attempt++;
    step.attemptsOfRound++;
    step.status = StepStatus.SUSPENDED;
    step.deadlineMs = dueMs;
    told.add(Told.suspended(step.id(), step.attempt, dueMs));
  }

  /** What a step's command carries in place of everything; null for everything. */
  static @Nullable String mapping(ReferenceStep step) {
    return step.definition.action() instanceof StepAction.Work work ? work.input() : null;
  }

  private void dispatch(ReferenceStep step) throws EvaluationException {
    if (step.overallByMs != 0 && step.overallByMs <= nowMs) {
      results.failed(step, Failure.SCHEDULE_TO_CLOSE_TIMEOUT);
      return;
    }
    boolean undoes = step.part == Part.COMPENSATION;
    Payload input = undoes ? step(step.undoes()).output : null;
    String mapping = mapping(step);
    if (mapping != null) {
      input = scope.evaluate(ExpressionCompiler::template, mapping, input);
    }
    List<@Nullable Object> content = cache.content(step, input);
    if (content != null && cache.take(step, content)) {
      return;
    }
    String affinity = affinity(step.definition.action());
    if (affinity != null && !isKey(affinity)) {
      results.failed(step, Failure.AFFINITY);
      return;
    }
    step.status = StepStatus.OPEN;
    step.attempt++;
    step.attemptsOfRound++;
    String name = content == null ? null : cache.dispatched(step, content);
    long attemptByMs = ReferenceClocks.dispatched(step, nowMs);
    told.add(Told.dispatched(step.id(), step.attempt, step.deadlineMs, name));
    boolean isMapped = undoes || mapping != null;
    told.add(Told.command(step.id(), step.attempt, attemptByMs, isMapped, input, affinity));
  }

  private @Nullable String affinity(StepAction action) throws EvaluationException {
    return action instanceof StepAction.Work work && work.affinity() != null
        ? scope.evaluate(ExpressionCompiler::text, work.affinity(), null)
        : null;
  }

  /** Whether a text may be the key of a command; the language has short and too long ones. */
  static boolean isKey(String text) {
    return !text.isEmpty() && text.length() <= ReferenceWaits.LONGEST_ID;
  }

  private ReferenceStep step(String id) {
    ReferenceStep step = steps.get(id);
    if (step == null) {
      throw new AssertionError("no step " + id);
    }
    return step;
  }
}
