package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.core.ReferenceStep.Part;
import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.Repeat;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.event.StepFailed.Consequence;
import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.expression.ExpressionCompiler;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToLongBiFunction;
import org.jspecify.annotations.Nullable;

/** What the steps of the reference do. */
final class ReferenceRun {
  private final WorkflowDefinition definition;
  private final Map<String, ReferenceStep> steps;
  private final ReferenceScope scope;
  private final ReferenceJoins joins;
  private final ToLongBiFunction<String, Integer> retryAtMs;
  private final ReferenceEnd end;
  private final ReferenceWaits waits;
  private List<String> told = new ArrayList<>();
  private List<String> order = List.of();
  private long nowMs;
  private boolean isPaused;

  ReferenceRun(
      WorkflowDefinition definition,
      Map<String, ReferenceStep> steps,
      ReferenceScope scope,
      ToLongBiFunction<String, Integer> retryAtMs) {
    this.definition = definition;
    this.steps = steps;
    this.scope = scope;
    this.retryAtMs = retryAtMs;
    this.joins = new ReferenceJoins(steps);
    ReferenceWaits waiting = new ReferenceWaits(this, steps, scope);
    this.waits = waiting;
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

  void begin(long atMs, List<String> inOrder, List<String> telling) {
    nowMs = atMs;
    order = inOrder;
    told = telling;
  }

  /** Lets everything happen that may, first what happens in the core, in its order. */
  void settle() {
    Set<String> first = new LinkedHashSet<>(order);
    while (end.ended() == null) {
      boolean changed = false;
      for (String id : first) {
        changed = changed || look(step(id));
      }
      for (ReferenceStep step : steps.values()) {
        changed = changed || (!first.contains(step.id()) && look(step));
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
    boolean isHeld = isPaused || step.deadlineMs != 0 || isFull(step);
    if (step.status == StepStatus.READY && !isHeld) {
      start(step);
      return true;
    }
    if (step.status != StepStatus.WAITING) {
      return false;
    }
    return switch (joins.verdict(step)) {
      case WAITS -> false;
      case NEVER_STARTS -> skip(step, "DEPENDENCIES");
      case MAY_START -> {
        String when = step.definition.when();
        try {
          if (when != null && !scope.holds(when, null)) {
            yield skip(step, "CONDITION");
          }
          start(step);
        } catch (EvaluationException e) {
          failed(step, Failure.EXPRESSION);
        }
        yield true;
      }
    };
  }

  boolean skip(ReferenceStep step, String reason) {
    step.come(StepStatus.SKIPPED);
    told.add(Told.skipped(step.id(), reason));
    if (step.part == Part.COMPENSATION) {
      end.toUndo().remove(step.undoes());
    }
    return true;
  }

  /** Gets a step under way, or holds it. */
  void start(ReferenceStep step) {
    if (isPaused) {
      step.status = StepStatus.READY;
      step.deadlineMs = 0;
      return;
    }
    if (step.definition.action() instanceof StepAction.Work) {
      var window = step.definition.window();
      long opensAtMs = window == null ? nowMs : ReferenceWindows.opensAtMs(window, nowMs);
      if (opensAtMs > nowMs || isFull(step)) {
        step.status = StepStatus.READY;
        step.deadlineMs = opensAtMs > nowMs ? opensAtMs : 0;
        return;
      }
    }
    try {
      doIt(step);
    } catch (EvaluationException e) {
      failed(step, Failure.EXPRESSION);
    }
  }

  private boolean isFull(ReferenceStep step) {
    if (definition.maxParallel() == 0 || step.part == Part.COMPENSATION) {
      return false;
    }
    long open = steps.values().stream().filter(each -> each.status == StepStatus.OPEN).count();
    return open >= definition.maxParallel();
  }

  private void doIt(ReferenceStep step) throws EvaluationException {
    switch (step.definition.action()) {
      case StepAction.Work work -> dispatch(step);
      case StepAction.SetValue set -> {
        Payload value = scope.evaluate(ExpressionCompiler::template, set.value(), null);
        if (value.data().length > ReferenceWorkflow.LARGEST_OUTPUT) {
          failed(step, Failure.OUTPUT_TOO_LARGE);
        } else {
          step.attempt++;
          succeeded(step, value);
        }
      }
      case StepAction.Choose choose -> {
        Payload chosen = chosen(choose);
        step.attempt++;
        succeeded(step, chosen);
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
      failed(step, Failure.SCHEDULE_TO_CLOSE_TIMEOUT);
      return;
    }
    boolean undoes = step.part == Part.COMPENSATION;
    Payload input = undoes ? step(step.undoes()).output : null;
    String mapping = mapping(step);
    if (mapping != null) {
      input = scope.evaluate(ExpressionCompiler::template, mapping, input);
    }
    step.status = StepStatus.OPEN;
    step.attempt++;
    step.attemptsOfRound++;
    long attemptByMs = ReferenceClocks.dispatched(step, nowMs);
    told.add(Told.dispatched(step.id(), step.attempt, step.deadlineMs));
    told.add(Told.command(step.id(), step.attempt, attemptByMs, undoes || mapping != null, input));
  }

  /** A worker has done what it was asked for, once. */
  void roundSucceeded(ReferenceStep step, @Nullable Payload output) {
    Repeat repeat = step.definition.repeat();
    boolean isAwaitedOnly = step.part == Part.MAIN && end.outcome() != null;
    if (repeat == null || isAwaitedOnly) {
      succeeded(step, output);
      return;
    }
    step.output = output;
    try {
      if (scope.holds(repeat.until(), output)) {
        succeeded(step, output);
        return;
      }
    } catch (EvaluationException e) {
      failed(step, Failure.EXPRESSION);
      return;
    }
    step.output = null;
    step.rounds++;
    if (step.rounds == repeat.max()) {
      step.rounds--;
      failed(step, Failure.REPEAT_EXHAUSTED);
      return;
    }
    long delayMs = repeat.delay().toMillis();
    long overallByMs = step.overallByMs;
    step.come(StepStatus.BACKING_OFF);
    step.overallByMs = overallByMs;
    step.attemptsOfRound = 0;
    step.deadlineMs = delayMs == 0 ? 0 : nowMs + delayMs;
    told.add(Told.repeated(step.id(), step.attempt, step.deadlineMs));
    if (delayMs == 0) {
      start(step);
    }
  }

  void succeeded(ReferenceStep step, @Nullable Payload output) {
    step.output = output;
    Set<String> broken = new LinkedHashSet<>();
    for (ReferenceStep other : steps.values()) {
      Dependency dependency = other.dependencyOn(step.id());
      if (dependency != null && other.status == StepStatus.WAITING) {
        try {
          if (!isTaken(dependency, output)) {
            step.notTaken.add(other.id());
          }
        } catch (EvaluationException e) {
          broken.add(other.id());
        }
      }
    }
    step.come(StepStatus.SUCCEEDED);
    told.add(Told.succeeded(step.id(), step.attempt, output, new TreeSet<>(step.notTaken)));
    if (step.definition.compensation() != null) {
      end.toUndo().add(step.id());
    }
    if (step.part == Part.COMPENSATION) {
      end.toUndo().remove(step.undoes());
    }
    for (String id : broken) {
      if (end.ended() == null && step(id).status == StepStatus.WAITING) {
        failed(step(id), Failure.EXPRESSION);
      }
    }
  }

  private boolean isTaken(Dependency dependency, @Nullable Payload output)
      throws EvaluationException {
    String chosen = dependency.chosen();
    if (chosen != null) {
      String is = output == null ? "" : new String(output.data(), StandardCharsets.UTF_8);
      if (!is.equals('"' + chosen + '"')) {
        return false;
      }
    }
    return dependency.when() == null || scope.holds(dependency.when(), output);
  }

  void attemptFailed(ReferenceStep step, String type, boolean retryable) {
    boolean isAwaitedOnly = step.part == Part.MAIN && end.outcome() != null;
    boolean last = step.attemptsOfRound >= step.retry.maxAttempts();
    FailureRule rule = step.ruleFor(type);
    boolean isRuledOut = step.retry.nonRetryable().contains(type);
    if (rule != null) {
      isRuledOut =
          switch (rule.reaction()) {
            case FailureRule.Reaction.Retry again -> false;
            case FailureRule.Reaction.Fail never -> true;
            case FailureRule.Reaction.GoOn after -> isRuledOut;
            case FailureRule.Reaction.Route after -> isRuledOut;
          };
    }
    if (isAwaitedOnly || last || !retryable || isRuledOut) {
      failed(step, type);
      return;
    }
    long chosenMs = retryAtMs.applyAsLong(step.id(), step.attempt);
    long dueMs = ReferenceClocks.checkedRetryAtMs(step, chosenMs, nowMs);
    if (step.overallByMs != 0 && step.overallByMs <= dueMs) {
      failed(step, Failure.SCHEDULE_TO_CLOSE_TIMEOUT);
      return;
    }
    step.status = StepStatus.BACKING_OFF;
    step.deadlineMs = dueMs;
    step.child = null;
    step.startByMs = 0;
    step.closeByMs = 0;
    step.heartbeatByMs = 0;
    told.add(Told.retried(step.id(), step.attempt, type, step.deadlineMs));
  }

  /** The step has failed for good. */
  void failed(ReferenceStep step, String type) {
    FailureRule rule = step.ruleFor(type);
    step.come(StepStatus.FAILED);
    step.output = null;
    if (rule != null && rule.reaction() instanceof FailureRule.Reaction.GoOn) {
      step.consequence = Consequence.CONTINUE;
    } else if (rule != null && rule.reaction() instanceof FailureRule.Reaction.Route route) {
      step.consequence = Consequence.ROUTE;
      step.routedTo = route.step();
    }
    told.add(Told.failed(step.id(), step.attempt, type, step.consequence.name(), step.routedTo));
    if (step.part == Part.COMPENSATION) {
      end.toUndo().remove(step.undoes());
    } else if (step.consequence == Consequence.FAIL
        && (end.outcome() == null || end.outcome() == WorkflowStatus.SUCCEEDED)) {
      end.begin(WorkflowStatus.FAILED, type);
    }
  }

  private ReferenceStep step(String id) {
    ReferenceStep step = steps.get(id);
    if (step == null) {
      throw new AssertionError("no step " + id);
    }
    return step;
  }
}
