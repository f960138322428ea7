package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.event.SignalReceived;
import dev.millrace.orchestrator.core.event.StepSucceeded.Source;
import dev.millrace.orchestrator.core.event.StepSuspended;
import dev.millrace.orchestrator.core.graph.CompiledAction.AwaitSignal;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.CompiledStep;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decisions about signals. A step that waits for one takes the oldest of its name that is kept, or
 * the next that comes; of several steps the first in the definition does.
 */
final class Signals {
  /** Most signals that are kept for steps that have not come to wait for them yet. */
  static final int KEPT = 100;

  /** Largest payload of a signal in bytes. */
  static final int PAYLOAD_BYTES = 64 * 1024;

  private static final int MOST_REASONS = 5;
  private static final Payload NO_PAYLOAD = new Payload("", new byte[0]);

  private final Transition transition;
  private final CompiledDefinition definition;
  private final WorkflowView state;
  private final Steps steps;

  Signals(Transition transition, Steps steps) {
    this.transition = transition;
    this.definition = transition.definition();
    this.state = transition.state();
    this.steps = steps;
  }

  Decision.@Nullable Refused receive(Control.Signal signal) {
    if (!definition.signals().contains(signal.name())) {
      return new Decision.Refused(
          Refusal.UNKNOWN_SIGNAL,
          "no step of definition %s/%d waits for a signal '%s'; signals: %s"
              .formatted(
                  definition.name(),
                  definition.version(),
                  signal.name(),
                  String.join(", ", definition.signals().stream().sorted().toList())));
    }
    List<Integer> takers = stepsToTake(signal.name());
    Decision.@Nullable Refused refused = refusal(signal, takers);
    if (refused != null) {
      return refused;
    }
    for (int step : takers) {
      if (state.stepStatus(step) == StepStatus.SUSPENDED) {
        transition.record(new SignalReceived(signal.name(), signal.payload(), step));
        steps.finish(step, signal.payload(), Source.ATTEMPT);
        steps.moveOn();
        return null;
      }
    }
    transition.record(
        new SignalReceived(signal.name(), signal.payload(), CompiledDefinition.NO_STEP));
    return null;
  }

  /** Steps that wait for a signal or may come to do so, in the order of the definition. */
  private List<Integer> stepsToTake(String name) {
    List<Integer> takers = new ArrayList<>(1);
    for (int step = 0; step < definition.stepCount(); step++) {
      if (definition.step(step).action() instanceof AwaitSignal wait
          && wait.signal().equals(name)
          && !state.stepStatus(step).isFinal()) {
        takers.add(step);
      }
    }
    return takers;
  }

  private Decision.@Nullable Refused refusal(Control.Signal signal, List<Integer> takers) {
    if (takers.isEmpty()) {
      return new Decision.Refused(
          Refusal.SIGNAL_NOT_AWAITED,
          "every step that waits for a signal '%s' is done; rerun one to send it again"
              .formatted(signal.name()));
    }
    Payload payload = signal.payload() == null ? NO_PAYLOAD : signal.payload();
    if (payload.data().length > PAYLOAD_BYTES) {
      return new Decision.Refused(
          Refusal.SIGNAL_TOO_LARGE,
          "payload of %d bytes, at most %d are allowed; store it elsewhere and send a reference"
              .formatted(payload.data().length, PAYLOAD_BYTES));
    }
    for (int step : takers) {
      List<String> violations =
          ((AwaitSignal) definition.step(step).action()).schema().violations(payload);
      if (!violations.isEmpty()) {
        return invalid(definition.step(step).id(), violations);
      }
    }
    boolean isAwaited =
        takers.stream().anyMatch(step -> state.stepStatus(step) == StepStatus.SUSPENDED);
    return isAwaited || state.keptSignals() < KEPT
        ? null
        : new Decision.Refused(
            Refusal.TOO_MANY_SIGNALS,
            "%d signals wait for their steps already, and no more can".formatted(KEPT));
  }

  private static Decision.Refused invalid(String step, List<String> violations) {
    String reasons =
        String.join("; ", violations.subList(0, Math.min(MOST_REASONS, violations.size())));
    String message =
        "the payload does not fit the schema of step '%s': %s%s"
            .formatted(
                step,
                reasons,
                violations.size() > MOST_REASONS
                    ? "; and %d more".formatted(violations.size() - MOST_REASONS)
                    : "");
    return new Decision.Refused(
        Refusal.INVALID_SIGNAL, Failure.cut(message, Failure.MESSAGE_CHARS));
  }

  /** A step comes to wait for a signal. */
  void await(int step, CompiledStep compiled, AwaitSignal wait) {
    int attempt = state.attempt(step) + 1;
    int kept = state.keptSignal(wait.signal());
    if (kept != WorkflowView.NO_SIGNAL) {
      Payload payload = transition.payloads().signal(kept);
      if (compiled.repeat() == null) {
        steps.succeed(step, attempt, payload, Source.KEPT_SIGNAL);
      } else {
        transition.record(new StepSuspended(step, attempt, WorkflowView.NO_DEADLINE));
        steps.finish(step, payload, Source.KEPT_SIGNAL);
      }
      return;
    }
    long deadlineMs = Deadlines.after(transition.nowMs(), compiled.timeoutMs());
    transition.record(new StepSuspended(step, attempt, deadlineMs));
    transition.armTimer(deadlineMs);
  }

  /** A step has waited in vain. */
  void giveUp(int step, String signal) {
    steps
        .failures()
        .fail(
            step,
            new Failure(
                Failure.SIGNAL_TIMEOUT,
                "no signal '%s' within the timeout of %d ms"
                    .formatted(signal, definition.step(step).timeoutMs()),
                false));
  }
}
