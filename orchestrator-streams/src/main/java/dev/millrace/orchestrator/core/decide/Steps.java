package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.event.StepRepeated;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.StepSucceeded.Source;
import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.expression.Expression;
import dev.millrace.orchestrator.core.graph.Adjacency;
import dev.millrace.orchestrator.core.graph.CompiledAction;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.CompiledStep;
import dev.millrace.orchestrator.core.input.AttemptReported;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decisions about the steps of one workflow that something has come of, within one transition. */
final class Steps {
  /** Largest output of a step in bytes. */
  static final int OUTPUT_BYTES = 1024 * 1024;

  private final Transition transition;
  private final CompiledDefinition definition;
  private final WorkflowView state;
  private final Failures failures;
  private final Readiness readiness;
  private final Ending ending;
  private final Children children;
  private final Leaving leaving;
  private final Forks forks;
  private final BranchSteps branches;
  private final KeptResults kept;
  private final Signals signals;
  private final Heartbeats heartbeats;

  Steps(Transition transition) {
    this.transition = transition;
    this.definition = transition.definition();
    this.state = transition.state();
    this.failures = new Failures(transition, this);
    this.readiness = new Readiness(transition, this);
    this.ending = new Ending(transition, this);
    this.children = new Children(transition, this);
    this.leaving = new Leaving(transition, children);
    this.forks = new Forks(transition, this);
    this.branches = new BranchSteps(transition, this);
    this.kept = new KeptResults(transition, this);
    this.signals = new Signals(transition, this);
    this.heartbeats = new Heartbeats(transition, this);
  }

  Failures failures() {
    return failures;
  }

  Readiness readiness() {
    return readiness;
  }

  Ending ending() {
    return ending;
  }

  Children children() {
    return children;
  }

  Leaving leaving() {
    return leaving;
  }

  Forks forks() {
    return forks;
  }

  BranchSteps branches() {
    return branches;
  }

  KeptResults kept() {
    return kept;
  }

  Heartbeats heartbeats() {
    return heartbeats;
  }

  Signals signals() {
    return signals;
  }

  /** Starts what waits for nothing. */
  void startFirst() {
    for (int step = 0; step < definition.mainSteps() && !isOver(); step++) {
      readiness.consider(step);
    }
    readiness.spread();
    ending.proceed();
  }

  /** Goes on after a migration: steps that waited may do so no more. */
  void goOn() {
    for (int step = 0; step < definition.mainSteps() && !isOver(); step++) {
      readiness.consider(step);
    }
    moveOn();
  }

  Decision.@Nullable Refused report(AttemptReported report) {
    Decision.@Nullable Refused refused = unlessAwaited(report.stepId(), report.attempt());
    if (refused != null) {
      return refused;
    }
    int step = definition.indexOf(report.stepId());
    Failure failure = report.failure();
    Payload output = report.output();
    if (failure != null) {
      failures.fail(step, failure, report.retryAfterMs());
    } else if (output != null && output.data().length > OUTPUT_BYTES) {
      failures.fail(step, outputTooLarge(output.data().length));
    } else {
      finish(step, output, Source.ATTEMPT);
    }
    moveOn();
    return null;
  }

  /** Whether a report on an attempt is one that is waited for. */
  Decision.@Nullable Refused unlessAwaited(String stepId, int attempt) {
    Decision.@Nullable Refused refused = Refusals.unlessRunning(state);
    if (refused != null) {
      return refused;
    }
    int step = definition.indexOf(stepId);
    if (step == CompiledDefinition.NO_STEP) {
      return new Decision.Refused(
          Refusal.UNKNOWN_STEP,
          "definition %s/%d has no step '%s'; copy step from the command"
              .formatted(definition.name(), definition.version(), stepId));
    }
    if (definition.step(step).forEach() != null) {
      return new Decision.Refused(
          Refusal.UNKNOWN_BRANCH,
          "step '%s' runs for each item of a list; copy branch from the command".formatted(stepId));
    }
    return awaitsReport(step) && state.attempt(step) == attempt
        ? null
        : Refusals.notOpen(stepId, attempt);
  }

  /** It is the turn of a step that was held for its queue. */
  Decision.@Nullable Refused release(int step) {
    Decision.@Nullable Refused refused = Refusals.unlessRunning(state);
    if (refused == null) {
      readiness.pass(step);
      moveOn();
    }
    return refused;
  }

  /** Times out what took too long, and goes on with what has waited long enough. */
  void fireDeadlines() {
    for (int step = 0; step < state.stepCount(); step++) {
      if (state.status().hasEnded()) {
        return;
      }
      if (transition.room().isShort()) {
        break; // what is still due is found when the timer fires again
      }
      if (Deadlines.isDue(state.stepDeadlineMs(step), transition.nowMs())) {
        switch (state.stepStatus(step)) {
          case OPEN -> heartbeats.timeOut(step);
          case BACKING_OFF, READY -> readiness.run(step);
          case SUSPENDED -> endWait(step);
          case WAITING, SUCCEEDED, FAILED, SKIPPED, ABANDONED ->
              throw new IllegalStateException(
                  "step %d is %s and has a deadline".formatted(step, state.stepStatus(step)));
        }
      }
    }
    moveOn();
  }

  /** Whether a worker, or another workflow, may report on a step. */
  private boolean awaitsReport(int step) {
    StepStatus status = state.stepStatus(step);
    return status == StepStatus.OPEN
        || (status == StepStatus.SUSPENDED
            && definition.step(step).action() instanceof CompiledAction.StartChild);
  }

  /** A step has waited as long as it may. */
  private void endWait(int step) {
    switch (definition.step(step).action()) {
      case CompiledAction.StartChild child -> {
        leaving.leave(step, "it did not end in time");
        failures.fail(step, Heartbeats.startToClose(definition.step(step).limits()));
      }
      case CompiledAction.AwaitSignal wait -> signals.giveUp(step, wait.signal());
      case CompiledAction.Delay delay -> succeed(step, state.attempt(step), null);
      case CompiledAction.Until until -> succeed(step, state.attempt(step), null);
      case CompiledAction.Work work -> throw neverWaits(step);
      case CompiledAction.SetValue set -> throw neverWaits(step);
      case CompiledAction.Choose choose -> throw neverWaits(step);
    }
  }

  private static IllegalStateException neverWaits(int step) {
    return new IllegalStateException("step %d is suspended and waits for nothing".formatted(step));
  }

  /** The engine has computed the output of a step. */
  void set(int step, int attempt, Payload output) {
    if (output.data().length > OUTPUT_BYTES) {
      failures.failForGood(step, outputTooLarge(output.data().length));
    } else {
      succeed(step, attempt, output);
    }
  }

  /** A round of a step has succeeded. */
  void finish(int step, @Nullable Payload output, Source source) {
    CompiledStep.CompiledRepeat repeat = definition.step(step).repeat();
    boolean isAwaitedOnly =
        state.outcome() != null && definition.step(step).group() == CompiledStep.Group.MAIN;
    if (repeat == null || isAwaitedOnly) {
      succeedAndKeep(step, output, source);
      return;
    }
    boolean isDone;
    try {
      isDone = transition.evaluate(repeat.until(), output, step);
    } catch (EvaluationException e) {
      failures.failForGood(step, Failures.ofExpression(e));
      return;
    }
    if (isDone) {
      succeedAndKeep(step, output, source);
    } else if (state.rounds(step) + 1 >= repeat.max()) {
      failures.failForGood(step, repeatExhausted(repeat.max()));
    } else {
      repeat(step, repeat.delayMs());
    }
  }

  private void repeat(int step, long delayMs) {
    long nextAtMs = Deadlines.after(transition.nowMs(), delayMs);
    transition.record(new StepRepeated(step, state.attempt(step), nextAtMs));
    if (delayMs == 0) {
      readiness.run(step);
    } else {
      transition.armTimer(nextAtMs);
    }
  }

  /** The last round of a step has succeeded. */
  private void succeedAndKeep(int step, @Nullable Payload output, Source source) {
    CompiledStep.CompiledCache cache = definition.step(step).cache();
    String key = cache == null ? null : state.resultKey(step);
    succeed(step, state.attempt(step), output, source);
    if (cache != null && key != null) {
      kept.keep(key, cache, output);
    }
  }

  /** An attempt, and so the step, has succeeded; what depends on it may follow. */
  void succeed(int step, int attempt, @Nullable Payload output) {
    succeed(step, attempt, output, Source.ATTEMPT);
  }

  /** A step has succeeded; what depends on it may follow. */
  void succeed(int step, int attempt, @Nullable Payload output, Source source) {
    if (output != null && !transition.room().fits(output)) {
      failures.failForGood(step, transition.room().tooLarge(output));
      return;
    }
    if (!definition.edges().areConditional(step)) {
      transition.record(new StepSucceeded(step, attempt, output, List.of(), source));
      readiness.ended(step);
      return;
    }
    List<Integer> notTaken = new ArrayList<>();
    List<Failures.Broken> broken = new ArrayList<>();
    Adjacency dependents = definition.dependents();
    for (int edge = dependents.start(step); edge < dependents.end(step); edge++) {
      Expression<Boolean> condition = definition.edges().condition(edge);
      int target = dependents.target(edge);
      if (condition != null && state.stepStatus(target) == StepStatus.WAITING) {
        try {
          if (!transition.evaluate(condition, output, step)) {
            notTaken.add(target);
          }
        } catch (EvaluationException e) {
          broken.add(new Failures.Broken(target, Failures.ofExpression(e)));
        }
      }
    }
    transition.record(new StepSucceeded(step, attempt, output, notTaken, source));
    for (Failures.Broken each : broken) {
      if (!state.status().hasEnded() && state.stepStatus(each.step()) == StepStatus.WAITING) {
        failures.failForGood(each.step(), each.failure());
      }
    }
    readiness.ended(step);
  }

  /** Goes on with what may follow from all that was recorded. */
  void moveOn() {
    readiness.spread();
    readiness.release();
    readiness.spread();
    ending.proceed();
  }

  /** Whether the steps of the main part go no further. */
  boolean isOver() {
    return state.status().hasEnded() || state.outcome() != null;
  }

  private static Failure repeatExhausted(int rounds) {
    return new Failure(
        Failure.REPEAT_EXHAUSTED,
        "the condition to stop does not hold after %d rounds, the most there may be"
            .formatted(rounds),
        false);
  }

  static Failure outputTooLarge(int bytes) {
    return new Failure(
        Failure.OUTPUT_TOO_LARGE,
        "output of %d bytes, at most %d are allowed; store it elsewhere and return a reference"
            .formatted(bytes, OUTPUT_BYTES),
        false);
  }
}
