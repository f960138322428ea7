package dev.millrace.orchestrator.core.evolve;

import dev.millrace.orchestrator.core.event.AttemptFailed;
import dev.millrace.orchestrator.core.event.AttemptHeard;
import dev.millrace.orchestrator.core.event.BranchesOpened;
import dev.millrace.orchestrator.core.event.BranchesReported;
import dev.millrace.orchestrator.core.event.ChunkOpened;
import dev.millrace.orchestrator.core.event.ControlRefused;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.MigrationTried;
import dev.millrace.orchestrator.core.event.PriorityChanged;
import dev.millrace.orchestrator.core.event.PublishedEvents;
import dev.millrace.orchestrator.core.event.SignalReceived;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.StepHeld;
import dev.millrace.orchestrator.core.event.StepRepeated;
import dev.millrace.orchestrator.core.event.StepSkipped;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.StepSuspended;
import dev.millrace.orchestrator.core.event.StepsReset;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.event.WorkflowEnding;
import dev.millrace.orchestrator.core.event.WorkflowMigrated;
import dev.millrace.orchestrator.core.event.WorkflowPaused;
import dev.millrace.orchestrator.core.event.WorkflowResumed;
import dev.millrace.orchestrator.core.event.WorkflowStarted;
import dev.millrace.orchestrator.core.graph.Adjacency;
import dev.millrace.orchestrator.core.graph.CompiledAction;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.CompiledStep;
import dev.millrace.orchestrator.core.graph.CompiledStep.Group;
import dev.millrace.orchestrator.core.graph.StepLimits;
import dev.millrace.orchestrator.core.state.BatchResults;
import dev.millrace.orchestrator.core.state.Branches;
import dev.millrace.orchestrator.core.state.Join;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowState;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.BitSet;
import java.util.List;

/**
 * Applies one event to the state of a workflow. Stateless. The same events give the same state,
 * byte for byte, whether they were just decided or are read back from the event log. It evaluates
 * nothing: what conditions gave is in the events.
 */
public final class Evolver {
  private Evolver() {}

  /**
   * Applies an event.
   *
   * @param atMs when it was decided, in epoch milliseconds
   */
  public static void evolve(
      CompiledDefinition definition, WorkflowState state, Event event, long atMs) {
    switch (event) {
      case WorkflowStarted started -> begin(definition, state, started, atMs);
      case StepDispatched step -> dispatch(definition, state, step, atMs);
      case AttemptHeard heard -> hear(definition, state, heard, atMs);
      case StepSuspended step -> suspend(state, step);
      case StepHeld held -> hold(state, held, atMs);
      case StepSkipped skipped -> skip(definition, state, skipped.step());
      case StepRepeated repeated -> repeat(definition, state, repeated);
      case StepSucceeded step -> succeed(definition, state, step);
      case AttemptFailed failed -> backOff(state, failed);
      case BranchesOpened opened -> openBranches(definition, state, opened);
      case BranchesReported report -> report(state, report);
      case ChunkOpened chunk -> openChunk(definition, state, chunk, atMs);
      case StepFailed failed -> fail(definition, state, failed);
      case WorkflowMigrated migrated -> Migration.evolve(definition, state, migrated.target());
      case MigrationTried tried -> {}
      case StepsReset reset -> reset(definition, state, reset);
      case SignalReceived signal -> receive(state, signal);
      case WorkflowPaused paused -> state.setPaused(true);
      case WorkflowResumed resumed -> state.setPaused(false);
      case PriorityChanged changed -> state.setPriority(changed.priority());
      case ControlRefused refused -> {}
      case WorkflowEnding ending -> beginEnding(definition, state, ending);
      case WorkflowEnded ended -> state.end(ended.outcome(), ended.output(), atMs);
    }
    if (PublishedEvents.include(definition, event)) {
      state.incrementSequence();
    }
  }

  private static void begin(
      CompiledDefinition definition, WorkflowState state, WorkflowStarted started, long atMs) {
    state.begin(
        definition.plan(),
        started.input(),
        started.tenant(),
        started.priority(),
        started.deadlineMs(),
        atMs);
    if (started.parent() != null) {
      state.setParent(started.parent());
    }
  }

  private static void hold(WorkflowState state, StepHeld held, long atMs) {
    if (held.reason().isAtGate()) {
      state.holdAtGate(held.step(), Math.clamp(atMs, 1, WorkflowView.LATEST_DEADLINE_MS));
    } else {
      state.hold(held.step(), held.untilMs());
    }
  }

  /** The result of an attempt is not waited for any more. */
  private static void forgetResultKey(WorkflowState state, int step, CompiledStep compiled) {
    if (compiled.cache() != null) {
      state.setResultKey(step, null);
    }
  }

  private static void suspend(WorkflowState state, StepSuspended suspended) {
    state.suspend(suspended.step(), suspended.attempt(), suspended.dueMs());
    if (suspended.child() != null) {
      state.setChild(suspended.step(), suspended.child());
    }
  }

  private static void backOff(WorkflowState state, AttemptFailed failed) {
    state.backOff(failed.step(), failed.retryAtMs());
    if (!failed.results().isEmpty()) {
      state.keepResults(failed.step(), BatchResults.pack(failed.results()));
    }
  }

  private static void openChunk(
      CompiledDefinition definition, WorkflowState state, ChunkOpened chunk, long atMs) {
    state.begin(
        definition.plan(), null, chunk.tenant(), chunk.priority(), WorkflowView.NO_DEADLINE, atMs);
    state.setFormerAttempts(chunk.formerAttempts());
  }

  private static void openBranches(
      CompiledDefinition definition, WorkflowState state, BranchesOpened opened) {
    CompiledStep.CompiledForEach forEach = definition.step(opened.step()).forEach();
    if (forEach == null) {
      throw new IllegalStateException("step %d has no branches".formatted(opened.step()));
    }
    state.suspend(opened.step(), opened.attempt(), WorkflowView.NO_DEADLINE);
    state.setBranches(
        opened.step(), Branches.of(opened.items(), forEach.batchSize(), forEach.maxParallel()));
  }

  private static void report(WorkflowState state, BranchesReported report) {
    Branches branches = state.branches(report.step());
    if (branches == null) {
      throw new IllegalStateException("step %d has no branches".formatted(report.step()));
    }
    state.setBranches(
        report.step(), branches.with(report.chunk(), report.failedItems(), report.isFinished()));
  }

  /** Applies what can be an event after the end, when the definition may be forgotten. */
  public static void evolveEnded(WorkflowState state, ControlRefused refused) {
    if (!state.status().hasEnded()) {
      throw new IllegalArgumentException(
          "%s of a workflow that is %s".formatted(refused, state.status()));
    }
    state.incrementSequence();
  }

  private static void succeed(
      CompiledDefinition definition, WorkflowState state, StepSucceeded succeeded) {
    int step = succeeded.step();
    CompiledStep compiled = definition.step(step);
    state.succeed(step, succeeded.attempt(), succeeded.output(), compiled.keepsOutput());
    forgetResultKey(state, step, compiled);
    if (!succeeded.results().isEmpty()) {
      state.keepResults(step, BatchResults.pack(succeeded.results()));
    }
    if (compiled.group() == Group.COMPENSATION) {
      state.removeToCompensate(compiled.compensates());
      return;
    }
    if (succeeded.source() == StepSucceeded.Source.KEPT_SIGNAL
        && compiled.action() instanceof CompiledAction.AwaitSignal wait) {
      state.dropSignal(state.keptSignal(wait.signal()));
    }
    state.setFinishedSteps(state.finishedSteps() + 1);
    if (compiled.compensation() != CompiledDefinition.NO_STEP) {
      state.addToCompensate(step);
    }
    if (!succeeded.notTaken().isEmpty()) {
      state.setTurns(step, succeeded.notTaken());
    }
    Adjacency dependents = definition.dependents();
    for (int edge = dependents.start(step); edge < dependents.end(step); edge++) {
      int target = dependents.target(edge);
      boolean isTaken = !definition.edges().isRoute(edge) && !succeeded.notTaken().contains(target);
      come(definition, state, target, isTaken ? Join.End.SATISFIED : Join.End.UNSATISFIED);
    }
  }

  private static void repeat(
      CompiledDefinition definition, WorkflowState state, StepRepeated repeated) {
    takeKept(definition, state, repeated.step());
    state.repeat(repeated.step(), repeated.nextAtMs());
  }

  /**
   * A step that waits for a signal of which one is kept is about to take it: it would not have come
   * to wait otherwise.
   */
  private static void takeKept(CompiledDefinition definition, WorkflowState state, int step) {
    if (state.stepStatus(step) == StepStatus.SUSPENDED
        && definition.step(step).action() instanceof CompiledAction.AwaitSignal wait) {
      int kept = state.keptSignal(wait.signal());
      if (kept != WorkflowView.NO_SIGNAL) {
        state.dropSignal(kept);
      }
    }
  }

  private static void skip(CompiledDefinition definition, WorkflowState state, int step) {
    state.skip(step);
    forgetResultKey(state, step, definition.step(step));
    if (definition.step(step).group() == Group.COMPENSATION) {
      state.removeToCompensate(definition.step(step).compensates());
      return;
    }
    state.setFinishedSteps(state.finishedSteps() + 1);
    Adjacency dependents = definition.dependents();
    for (int edge = dependents.start(step); edge < dependents.end(step); edge++) {
      come(definition, state, dependents.target(edge), Join.End.UNSATISFIED);
    }
  }

  private static void fail(CompiledDefinition definition, WorkflowState state, StepFailed failed) {
    int step = failed.step();
    CompiledStep compiled = definition.step(step);
    takeKept(definition, state, step);
    state.fail(step);
    forgetResultKey(state, step, compiled);
    if (definition.isOfBranches()) {
      failItems(state, failed);
    }
    if (compiled.group() == Group.COMPENSATION) {
      state.removeToCompensate(compiled.compensates());
      return;
    }
    state.setFinishedSteps(state.finishedSteps() + 1);
    if (failed.consequence() == StepFailed.Consequence.ROUTE) {
      state.setTurns(step, List.of(failed.routedTo()));
    }
    Adjacency dependents = definition.dependents();
    for (int edge = dependents.start(step); edge < dependents.end(step); edge++) {
      come(definition, state, dependents.target(edge), end(definition, failed, edge));
    }
  }

  private static void failItems(WorkflowState state, StepFailed failed) {
    int items = 1;
    if (!failed.results().isEmpty()) {
      state.keepResults(failed.step(), BatchResults.pack(failed.results()));
      items = (int) failed.results().stream().filter(each -> each.failure() != null).count();
    }
    state.addFailedItems(items);
  }

  /**
   * What a failure means to the step at the other end of an edge. A step that failed has no output
   * of which a condition could hold.
   */
  private static Join.End end(CompiledDefinition definition, StepFailed failed, int edge) {
    if (definition.edges().isRoute(edge)) {
      boolean isTaken =
          failed.consequence() == StepFailed.Consequence.ROUTE
              && definition.dependents().target(edge) == failed.routedTo();
      return isTaken ? Join.End.SATISFIED : Join.End.UNSATISFIED;
    }
    boolean isTolerated =
        failed.consequence() == StepFailed.Consequence.CONTINUE
            && definition.edges().condition(edge) == null;
    return isTolerated ? Join.End.TOLERATED : Join.End.FAILED;
  }

  private static void come(
      CompiledDefinition definition, WorkflowState state, int step, Join.End end) {
    if (state.stepStatus(step) == StepStatus.WAITING) {
      int join = state.join(step);
      if (join != 0 && join != Join.MISSED) {
        state.setJoin(step, Join.after(definition.step(step).join(), join, end));
      }
    }
  }

  private static void dispatch(
      CompiledDefinition definition, WorkflowState state, StepDispatched dispatched, long atMs) {
    int step = dispatched.step();
    state.open(step, dispatched.attempt(), dispatched.deadlineMs());
    StepLimits limits = definition.step(step).limits();
    if (limits.needClocks()) {
      state.setClocks(step, limits.dispatched(state.clocks(step), atMs));
    }
    if (dispatched.resultKey() != null) {
      state.setResultKey(step, dispatched.resultKey());
    }
  }

  private static void hear(
      CompiledDefinition definition, WorkflowState state, AttemptHeard heard, long atMs) {
    int step = heard.step();
    state.hear(step, heard.deadlineMs());
    StepLimits limits = definition.step(step).limits();
    if (limits.needClocks()) {
      state.setClocks(step, limits.heard(state.clocks(step), atMs));
    }
    if (heard.progress() != null) {
      state.keepProgress(step, heard.progress());
    }
  }

  /** Keeps a signal; one that a step has waited for is in the event of its success. */
  private static void receive(WorkflowState state, SignalReceived signal) {
    if (signal.step() == CompiledDefinition.NO_STEP) {
      state.keepSignal(signal.name(), signal.payload());
    }
  }

  private static void reset(CompiledDefinition definition, WorkflowState state, StepsReset reset) {
    int finished = state.finishedSteps();
    for (int step : reset.steps()) {
      finished -= state.stepStatus(step).isFinal() ? 1 : 0;
      if (definition.step(step).compensation() != CompiledDefinition.NO_STEP) {
        state.removeToCompensate(step);
      }
      state.reset(step, 0);
      forgetResultKey(state, step, definition.step(step));
    }
    state.setFinishedSteps(finished);
    BitSet waiting = new BitSet(state.stepCount());
    // What leads to them may be what waited already and is not in the list; the first starts
    // anyway.
    reset.steps().stream().skip(1).forEach(waiting::set);
    Adjacency dependents = definition.dependents();
    for (int step : reset.steps()) {
      for (int edge = dependents.start(step); edge < dependents.end(step); edge++) {
        if (state.stepStatus(dependents.target(edge)) == StepStatus.WAITING) {
          waiting.set(dependents.target(edge));
        }
      }
    }
    waiting.stream().forEach(step -> state.setJoin(step, Joins.of(definition, state, step)));
  }

  /**
   * Abandons what the workflow does not wait for: all steps of the main part that are not done
   * with, but for those whose open attempt may still have an effect that must be undone.
   */
  private static void beginEnding(
      CompiledDefinition definition, WorkflowState state, WorkflowEnding ending) {
    boolean isFirst = state.outcome() == null;
    state.beginEnding(ending.outcome(), ending.output());
    for (int step = 0; isFirst && step < definition.mainSteps(); step++) {
      StepStatus status = state.stepStatus(step);
      boolean isAwaited =
          status == StepStatus.OPEN
              && definition.step(step).compensation() != CompiledDefinition.NO_STEP;
      if (!status.isFinal() && !isAwaited) {
        state.abandon(step);
        state.setFinishedSteps(state.finishedSteps() + 1);
      }
    }
  }
}
