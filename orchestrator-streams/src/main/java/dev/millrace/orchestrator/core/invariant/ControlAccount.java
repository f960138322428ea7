package dev.millrace.orchestrator.core.invariant;

import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.SignalReceived;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.StepRepeated;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.graph.CompiledAction.AwaitSignal;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.StepStatus;
import java.util.HashMap;
import java.util.Map;

/** What the events of a workflow say of pauses and of signals, so far. Not thread-safe. */
final class ControlAccount {
  private StepAccount[] steps;
  private final Complaints complaints;

  /** How many signals of each name are kept. */
  private final Map<String, Integer> kept = new HashMap<>();

  private boolean isPaused;

  /** The step to which the last event brought a signal, or {@link CompiledDefinition#NO_STEP}. */
  private int addressee = CompiledDefinition.NO_STEP;

  ControlAccount(StepAccount[] steps, Complaints complaints) {
    this.steps = steps;
    this.complaints = complaints;
  }

  /** The workflow goes on with the steps of another version. */
  void migrated(StepAccount[] later) {
    steps = later;
  }

  boolean isPaused() {
    return isPaused;
  }

  void pause(boolean pauses) {
    complaints.unless(
        pauses != isPaused, "the workflow is %s already", isPaused ? "paused" : "going on");
    isPaused = pauses;
  }

  /** A step gets under way, or is done at once. */
  void begins(StepAccount step) {
    complaints.unless(!isPaused, "step '%s' begins in a pause", step.step().id());
  }

  void received(SignalReceived signal) {
    addressee = signal.step();
    if (addressee == CompiledDefinition.NO_STEP) {
      for (StepAccount step : steps) {
        complaints.unless(
            !awaits(step, signal.name()),
            "signal '%s' is kept, and step '%s' waits for it",
            signal.name(),
            step.step().id());
      }
      kept.merge(signal.name(), 1, Integer::sum);
    } else {
      complaints.unless(
          awaits(steps[addressee], signal.name()),
          "signal '%s' comes to step '%s', which does not wait for it",
          signal.name(),
          steps[addressee].step().id());
    }
  }

  /** What follows upon a signal, and what takes one that was kept; before all else of an event. */
  void next(Event event) {
    int former = addressee;
    addressee = CompiledDefinition.NO_STEP;
    boolean isKept = false;
    int ended = CompiledDefinition.NO_STEP;
    switch (event) {
      case StepSucceeded success -> {
        ended = success.step();
        isKept = success.source() == StepSucceeded.Source.KEPT_SIGNAL;
        complaints.unless(
            !isKept || steps[ended].step().action() instanceof AwaitSignal,
            "step '%s' takes a signal, and waits for none",
            steps[ended].step().id());
      }
      case StepRepeated repeated -> {
        ended = repeated.step();
        isKept = ended != former && steps[ended].step().action() instanceof AwaitSignal;
      }
      case StepFailed failed -> {
        ended = failed.step();
        isKept =
            ended != former
                && steps[ended].step().action() instanceof AwaitSignal wait
                && awaits(steps[ended], wait.signal())
                && kept.getOrDefault(wait.signal(), 0) > 0;
      }
      default -> {}
    }
    complaints.unless(
        former == CompiledDefinition.NO_STEP || former == ended,
        "%s, though a signal has come to a step",
        event);
    if (isKept && steps[ended].step().action() instanceof AwaitSignal wait) {
      int left = kept.merge(wait.signal(), -1, Integer::sum);
      complaints.unless(
          left >= 0, "step '%s' takes a signal that is not kept", steps[ended].step().id());
    }
  }

  private static boolean awaits(StepAccount step, String signal) {
    return step.status() == StepStatus.SUSPENDED
        && step.step().action() instanceof AwaitSignal wait
        && wait.signal().equals(signal);
  }
}
