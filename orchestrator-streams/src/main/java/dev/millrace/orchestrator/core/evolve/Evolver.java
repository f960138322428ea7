package dev.millrace.orchestrator.core.evolve;

import dev.millrace.orchestrator.core.event.AttemptFailed;
import dev.millrace.orchestrator.core.event.ControlRefused;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.MigrationTried;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.StepHeld;
import dev.millrace.orchestrator.core.event.StepRepeated;
import dev.millrace.orchestrator.core.event.StepSkipped;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.StepSuspended;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.event.WorkflowEnding;
import dev.millrace.orchestrator.core.event.WorkflowMigrated;
import dev.millrace.orchestrator.core.event.WorkflowStarted;
import dev.millrace.orchestrator.core.graph.Adjacency;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.CompiledStep;
import dev.millrace.orchestrator.core.graph.CompiledStep.Group;
import dev.millrace.orchestrator.core.graph.StepMapping;
import dev.millrace.orchestrator.core.state.Join;
import dev.millrace.orchestrator.core.state.Plan;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowState;

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
      case StepDispatched step -> open(state, step);
      case StepSuspended step -> suspend(state, step);
      case StepHeld held -> state.hold(held.step(), held.untilMs());
      case StepSkipped skipped -> skip(definition, state, skipped.step());
      case StepRepeated repeated -> state.repeat(repeated.step(), repeated.nextAtMs());
      case StepSucceeded step -> succeed(definition, state, step);
      case AttemptFailed failed -> state.backOff(failed.step(), failed.retryAtMs());
      case StepFailed failed -> fail(definition, state, failed);
      case WorkflowMigrated migrated -> migrate(definition, state, migrated.target());
      case MigrationTried tried -> {}
      case ControlRefused refused -> {}
      case WorkflowEnding ending -> beginEnding(definition, state, ending);
      case WorkflowEnded ended -> state.end(ended.outcome(), ended.output(), atMs);
    }
    state.incrementSequence();
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

  private static void open(WorkflowState state, StepDispatched dispatched) {
    state.open(dispatched.step(), dispatched.attempt(), dispatched.deadlineMs());
    if (dispatched.resultKey() != null) {
      state.setResultKey(dispatched.step(), dispatched.resultKey());
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

  private static void succeed(
      CompiledDefinition definition, WorkflowState state, StepSucceeded succeeded) {
    int step = succeeded.step();
    CompiledStep compiled = definition.step(step);
    state.succeed(step, succeeded.attempt(), succeeded.output(), compiled.keepsOutput());
    forgetResultKey(state, step, compiled);
    if (compiled.group() == Group.COMPENSATION) {
      state.removeToCompensate(compiled.compensates());
      return;
    }
    state.setFinishedSteps(state.finishedSteps() + 1);
    if (compiled.compensation() != CompiledDefinition.NO_STEP) {
      state.addToCompensate(step);
    }
    Adjacency dependents = definition.dependents();
    for (int edge = dependents.start(step); edge < dependents.end(step); edge++) {
      int target = dependents.target(edge);
      boolean isTaken = !definition.edges().isRoute(edge) && !succeeded.notTaken().contains(target);
      come(definition, state, target, isTaken ? Join.End.SATISFIED : Join.End.UNSATISFIED);
    }
  }

  private static void skip(CompiledDefinition definition, WorkflowState state, int step) {
    state.skip(step);
    state.setFinishedSteps(state.finishedSteps() + 1);
    Adjacency dependents = definition.dependents();
    for (int edge = dependents.start(step); edge < dependents.end(step); edge++) {
      come(definition, state, dependents.target(edge), Join.End.UNSATISFIED);
    }
  }

  private static void fail(CompiledDefinition definition, WorkflowState state, StepFailed failed) {
    int step = failed.step();
    CompiledStep compiled = definition.step(step);
    state.fail(step);
    forgetResultKey(state, step, compiled);
    if (compiled.group() == Group.COMPENSATION) {
      state.removeToCompensate(compiled.compensates());
      return;
    }
    state.setFinishedSteps(state.finishedSteps() + 1);
    Adjacency dependents = definition.dependents();
    for (int edge = dependents.start(step); edge < dependents.end(step); edge++) {
      come(definition, state, dependents.target(edge), end(definition, failed, edge));
    }
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

  private static void migrate(
      CompiledDefinition definition, WorkflowState state, CompiledDefinition target) {
    StepMapping mapping = new StepMapping(definition, target);
    int[] joins = MigratedJoins.of(mapping, state);
    Plan plan = target.plan();
    state.migrate(
        new Plan(plan.definition(), plan.version(), plan.fingerprint(), joins), mapping.former());
    int finished = 0;
    for (int step = 0; step < target.stepCount(); step++) {
      int old = mapping.former(step);
      if (target.step(step).group() != Group.COMPENSATION) {
        finished += state.stepStatus(step).isFinal() ? 1 : 0;
      }
      if (old != CompiledDefinition.NO_STEP
          && definition.step(old).cache() != null
          && target.step(step).cache() == null) {
        state.setResultKey(step, null);
      }
    }
    state.setFinishedSteps(finished);
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
