package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.event.ControlRefused;
import dev.millrace.orchestrator.core.event.PriorityChanged;
import dev.millrace.orchestrator.core.event.StepSkipped;
import dev.millrace.orchestrator.core.event.StepSucceeded.Source;
import dev.millrace.orchestrator.core.event.StepsReset;
import dev.millrace.orchestrator.core.event.WorkflowPaused;
import dev.millrace.orchestrator.core.event.WorkflowResumed;
import dev.millrace.orchestrator.core.graph.Adjacency;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.input.ControlRequested;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Outcome;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decisions about what somebody asks of a workflow. What cannot be is an event that says why, once
 * the workflow is known.
 */
final class Operators {
  /** Why what runs for a step is left. */
  private static final String BY_HAND = "its workflow goes on without it, as somebody asked for";

  private final Transition transition;
  private final CompiledDefinition definition;
  private final WorkflowView state;
  private final Steps steps;

  Operators(Transition transition, Steps steps) {
    this.transition = transition;
    this.definition = transition.definition();
    this.state = transition.state();
    this.steps = steps;
  }

  Decision.@Nullable Refused decide(ControlRequested request) {
    Decision.@Nullable Refused refused = Refusals.unlessRunning(state);
    if (state.status() == WorkflowStatus.ABSENT) {
      return refused;
    }
    if (request.control() instanceof Control.Cancel cancel
        && cancel.parent() != null
        && !cancel.parent().equals(state.parent())) {
      return new Decision.Refused(
          Refusal.NOT_ITS_PARENT,
          "the workflow was not started for step '%s' of workflow '%s'"
              .formatted(cancel.parent().step(), cancel.parent().workflowId()));
    }
    if (refused == null && !request.id().isEmpty() && state.hasApplied(request.id())) {
      refused =
          new Decision.Refused(
              Refusal.DUPLICATE_CONTROL,
              "a control with the id '%s' was applied before; give another one another id"
                  .formatted(request.id()));
    }
    if (refused == null) {
      refused = decide(request.control());
    }
    if (refused != null) {
      transition.record(new ControlRefused(refused.reason().code(), refused.message()));
    }
    return null;
  }

  private Decision.@Nullable Refused decide(Control control) {
    return switch (control) {
      case Control.Cancel cancel -> cancel(cancel);
      case Control.Terminate terminate -> terminate(terminate);
      case Control.Pause pause -> pause();
      case Control.Resume resume -> resume();
      case Control.Signal signal -> steps.signals().receive(signal);
      case Control.RetryStep retry -> retry(retry.step());
      case Control.ResolveStep resolve -> resolve(resolve);
      case Control.SkipStep skip -> skip(skip.step());
      case Control.Rerun rerun -> rerun(rerun.step());
      case Control.SetPriority change -> {
        transition.record(new PriorityChanged(change.priority()));
        steps.readiness().holdAgain();
        yield null;
      }
      case Control.Migrate migrate -> {
        new Migration(migrate, transition).decide();
        yield null;
      }
    };
  }

  private Decision.@Nullable Refused cancel(Control.Cancel cancel) {
    Decision.@Nullable Refused refused = unlessGoingOn();
    if (refused == null) {
      Failure failure = new Failure(Failure.CANCELLED, cancel.reason(), false);
      steps.ending().begin(new Outcome(WorkflowStatus.CANCELLED, failure));
    }
    return refused;
  }

  private Decision.@Nullable Refused terminate(Control.Terminate terminate) {
    Failure failure = new Failure(Failure.TERMINATED, terminate.reason(), false);
    steps.leaving().leaveAll(step -> false);
    steps.ending().end(new Outcome(WorkflowStatus.TERMINATED, failure), null);
    return null;
  }

  private Decision.@Nullable Refused pause() {
    if (state.isPaused()) {
      return new Decision.Refused(
          Refusal.ALREADY_PAUSED, "the workflow is paused already; resume it to go on");
    }
    transition.record(new WorkflowPaused());
    return null;
  }

  private Decision.@Nullable Refused resume() {
    if (!state.isPaused()) {
      return new Decision.Refused(Refusal.NOT_PAUSED, "the workflow is not paused");
    }
    transition.record(new WorkflowResumed());
    steps.readiness().resume();
    steps.moveOn();
    return null;
  }

  private Decision.@Nullable Refused retry(String id) {
    int step = definition.indexOf(id);
    Decision.@Nullable Refused refused = unlessGoingOn();
    if (refused == null && step == CompiledDefinition.NO_STEP) {
      refused = unknown(id);
    }
    if (refused == null && state.stepStatus(step) != StepStatus.FAILED) {
      refused =
          new Decision.Refused(
              Refusal.STEP_NOT_FAILED,
              "step '%s' is %s, only one that failed can be tried again"
                  .formatted(id, state.stepStatus(step)));
    }
    if (refused == null) {
      startAgain(List.of(step));
    }
    return refused;
  }

  private Decision.@Nullable Refused rerun(String id) {
    int step = definition.indexOf(id);
    Decision.@Nullable Refused refused = unlessGoingOn();
    if (refused == null && step == CompiledDefinition.NO_STEP) {
      refused = unknown(id);
    }
    if (refused == null) {
      refused =
          switch (state.stepStatus(step)) {
            case OPEN, BACKING_OFF, SUSPENDED ->
                new Decision.Refused(
                    Refusal.STEP_RUNNING,
                    "step '%s' is %s; resolve or skip it first, or wait until it is done"
                        .formatted(id, state.stepStatus(step)));
            case WAITING, READY -> notBegun(id);
            case SUCCEEDED, FAILED, SKIPPED, ABANDONED -> null;
          };
    }
    if (refused == null) {
      startAgain(withAllThatFollows(step));
    }
    return refused;
  }

  private Decision.@Nullable Refused resolve(Control.ResolveStep resolve) {
    int step = definition.indexOf(resolve.step());
    Decision.@Nullable Refused refused = unlessToBeDone(step, resolve.step());
    if (refused == null
        && resolve.output() != null
        && resolve.output().data().length > Steps.OUTPUT_BYTES) {
      refused =
          new Decision.Refused(
              Refusal.OUTPUT_TOO_LARGE,
              "output of %d bytes, at most %d are allowed; store it elsewhere and give a reference"
                  .formatted(resolve.output().data().length, Steps.OUTPUT_BYTES));
    }
    if (refused == null) {
      steps.leaving().leave(step, BY_HAND);
      steps.succeed(step, state.attempt(step), resolve.output(), Source.BY_HAND);
      steps.moveOn();
    }
    return refused;
  }

  private Decision.@Nullable Refused skip(String id) {
    int step = definition.indexOf(id);
    Decision.@Nullable Refused refused = unlessToBeDone(step, id);
    if (refused == null) {
      steps.leaving().leave(step, BY_HAND);
      steps.readiness().skip(step, StepSkipped.Reason.BY_HAND);
      steps.moveOn();
    }
    return refused;
  }

  private void startAgain(List<Integer> reset) {
    reset.forEach(step -> steps.leaving().leave(step, BY_HAND));
    transition.record(new StepsReset(reset));
    steps.readiness().run(reset.getFirst());
    reset.forEach(steps.readiness()::consider);
    steps.moveOn();
  }

  /** A step, and those of the steps that depend on it, directly or not, that have got further. */
  private List<Integer> withAllThatFollows(int first) {
    List<Integer> reset = new ArrayList<>();
    BitSet seen = new BitSet(state.stepCount());
    List<Integer> next = new ArrayList<>(List.of(first));
    seen.set(first);
    Adjacency dependents = definition.dependents();
    for (int i = 0; i < next.size(); i++) {
      int step = next.get(i);
      if (state.stepStatus(step) != StepStatus.WAITING) {
        reset.add(step);
      }
      for (int edge = dependents.start(step); edge < dependents.end(step); edge++) {
        int target = dependents.target(edge);
        if (!seen.get(target)) {
          seen.set(target);
          next.add(target);
        }
      }
    }
    return reset;
  }

  private Decision.@Nullable Refused unlessGoingOn() {
    return state.outcome() == null
        ? null
        : new Decision.Refused(
            Refusal.ALREADY_ENDING,
            "the workflow is ending already; terminate it to end it at once");
  }

  /** Whether a step can be taken as done: not before its part of the workflow has begun. */
  private Decision.@Nullable Refused unlessToBeDone(int step, String id) {
    if (step == CompiledDefinition.NO_STEP) {
      return unknown(id);
    }
    if (state.stepStatus(step).isFinal()) {
      return new Decision.Refused(
          Refusal.STEP_DONE,
          "step '%s' is %s already; rerun it to have it run again"
              .formatted(id, state.stepStatus(step)));
    }
    boolean hasBegun =
        switch (definition.step(step).group()) {
          case MAIN -> true;
          case FINALLY -> steps.ending().hasCleanedUp();
          case COMPENSATION -> state.stepStatus(step) != StepStatus.WAITING;
        };
    return hasBegun ? null : notBegun(id);
  }

  private static Decision.Refused notBegun(String id) {
    return new Decision.Refused(
        Refusal.STEP_NOT_BEGUN, "step '%s' has not begun yet; wait until it has".formatted(id));
  }

  private Decision.Refused unknown(String id) {
    return new Decision.Refused(
        Refusal.UNKNOWN_STEP,
        "definition %s/%d has no step '%s'".formatted(definition.name(), definition.version(), id));
  }
}
