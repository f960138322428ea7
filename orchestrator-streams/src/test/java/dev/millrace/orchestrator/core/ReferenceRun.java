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
  private List<String> told = new ArrayList<>();
  private List<String> order = List.of();
  private long nowMs;

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
    this.end = new ReferenceEnd(definition, steps, scope, words -> told.add(words), this::settle);
  }

  ReferenceJoins joins() {
    return joins;
  }

  ReferenceEnd end() {
    return end;
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
    if (step.status == StepStatus.READY && step.deadlineMs == 0 && !isFull(step)) {
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

  private boolean skip(ReferenceStep step, String reason) {
    step.status = StepStatus.SKIPPED;
    told.add(Told.skipped(step.id(), reason));
    return true;
  }

  /** Gets a step under way, or holds it. */
  void start(ReferenceStep step) {
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
    long open = steps.values().stream().filter(each -> each.status == StepStatus.OPEN).count();
    return definition.maxParallel() > 0
        && open >= definition.maxParallel()
        && step.part != Part.COMPENSATION;
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
      case StepAction.AwaitSignal signal -> throw new AssertionError("no signals yet");
      case StepAction.StartChild child -> throw new AssertionError("no children yet");
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

  private void suspend(ReferenceStep step, long dueMs) {
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
    boolean undoes = step.part == Part.COMPENSATION;
    Payload input = undoes ? step(step.undoes()).output : null;
    String mapping = mapping(step);
    if (mapping != null) {
      input = scope.evaluate(ExpressionCompiler::template, mapping, input);
    }
    long timeoutMs = step.definition.timeouts().startToClose().toMillis();
    step.status = StepStatus.OPEN;
    step.attempt++;
    step.attemptsOfRound++;
    step.deadlineMs = timeoutMs == 0 ? 0 : nowMs + timeoutMs;
    told.add(Told.dispatched(step.id(), step.attempt, step.deadlineMs));
    told.add(Told.command(step.id(), step.attempt, undoes || mapping != null, input));
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
    step.status = StepStatus.BACKING_OFF;
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
    step.status = StepStatus.SUCCEEDED;
    step.deadlineMs = 0;
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
    step.status = StepStatus.BACKING_OFF;
    step.deadlineMs = checkedRetryAtMs(step);
    told.add(Told.retried(step.id(), step.attempt, type, step.deadlineMs));
  }

  private long checkedRetryAtMs(ReferenceStep step) {
    double waitMs = step.retry.initialInterval().toMillis();
    for (int i = 1; i < step.attemptsOfRound; i++) {
      waitMs *= step.retry.coefficient();
    }
    waitMs = Math.min(waitMs, (double) step.retry.maxInterval().toMillis());
    double leastMs = Math.max(1, Math.floor(waitMs * (1 - step.retry.jitter())));
    double mostMs = Math.max(1, Math.ceil(waitMs * (1 + step.retry.jitter())));
    long dueMs = retryAtMs.applyAsLong(step.id(), step.attempt);
    if (dueMs < nowMs + leastMs || dueMs > nowMs + mostMs) {
      throw new AssertionError(
          "retry of %s/%d after %d ms, expected %f to %f"
              .formatted(step.id(), step.attempt, dueMs - nowMs, leastMs, mostMs));
    }
    return dueMs;
  }

  /** The step has failed for good. */
  private void failed(ReferenceStep step, String type) {
    FailureRule rule = step.ruleFor(type);
    step.status = StepStatus.FAILED;
    step.deadlineMs = 0;
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
