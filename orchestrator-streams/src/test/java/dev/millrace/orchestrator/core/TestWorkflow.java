package dev.millrace.orchestrator.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.decide.Decider;
import dev.millrace.orchestrator.core.decide.Decision;
import dev.millrace.orchestrator.core.decide.Situation;
import dev.millrace.orchestrator.core.event.ControlRefused;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.evolve.Evolver;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.AttemptReported;
import dev.millrace.orchestrator.core.input.AttemptRunning;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.input.ControlRequested;
import dev.millrace.orchestrator.core.input.DuplicatePolicy;
import dev.millrace.orchestrator.core.input.Input;
import dev.millrace.orchestrator.core.input.StartRequested;
import dev.millrace.orchestrator.core.input.TimerFired;
import dev.millrace.orchestrator.core.invariant.EventLogInvariants;
import dev.millrace.orchestrator.core.invariant.WorkflowInvariants;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.Payload;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One workflow in a test: inputs in, decisions out, at a time that the test sets. After each, the
 * fold of the events is held against the bytes of the state, and both against the invariants.
 */
public final class TestWorkflow {
  /** When every test starts. */
  public static final long START_MS = 1_000_000;

  private final CompiledDefinition definition;
  private final PackedWorkflow state = PackedWorkflow.absent();
  private final PackedWorkflow fold = PackedWorkflow.absent();
  private final EventLogInvariants log;
  private final Map<Integer, Payload> ownKeys = new HashMap<>();
  private long nowMs = START_MS;

  public TestWorkflow(CompiledDefinition definition) {
    this.definition = definition;
    this.log = new EventLogInvariants(definition);
  }

  /** A workflow that has been started. */
  public static TestWorkflow started(CompiledDefinition definition) {
    TestWorkflow workflow = new TestWorkflow(definition);
    workflow.start();
    return workflow;
  }

  public PackedWorkflow state() {
    return state;
  }

  /** How far a step has come, as its workers say. */
  public @Nullable Payload progress(String step) {
    return new PendingPayloads(state, ownKeys).progress(definition.indexOf(step));
  }

  /** Sets the time, in milliseconds since {@link #START_MS}. */
  public TestWorkflow after(long sinceStartMs) {
    nowMs = START_MS + sinceStartMs;
    return this;
  }

  public Decision start() {
    return start(0);
  }

  public Decision start(long deadlineMs) {
    return decide(new StartRequested(null, "acme", 5, deadlineMs, null));
  }

  /** Starts the workflow for another one, which is told how it ends. */
  public Decision start(Parent parent) {
    return decide(new StartRequested(null, "acme", 5, 0, null, parent, DuplicatePolicy.REJECT));
  }

  public Decision succeed(String step, int attempt) {
    return succeed(step, attempt, null);
  }

  public Decision succeed(String step, int attempt, @Nullable Payload output) {
    return decide(new AttemptReported(step, attempt, output, null));
  }

  public Decision fail(String step, int attempt, Failure failure) {
    return decide(new AttemptReported(step, attempt, null, failure));
  }

  public Decision heartbeat(String step, int attempt, @Nullable Payload progress) {
    return decide(new AttemptRunning(step, attempt, progress));
  }

  public Decision cancel(String reason) {
    return control(new Control.Cancel(reason));
  }

  public Decision control(Control control) {
    return decide(new ControlRequested(control));
  }

  /** As the shell does it: an id is remembered once its control was applied. */
  public Decision control(String id, Control control) {
    Decision decision = decide(new ControlRequested(id, control));
    boolean isRefused =
        decision instanceof Decision.Accepted accepted
            && accepted.events().stream().anyMatch(ControlRefused.class::isInstance);
    if (!isRefused) {
      state.rememberControl(id);
      fold.rememberControl(id);
    }
    return decision;
  }

  public Decision fireTimer() {
    return decide(new TimerFired());
  }

  private Decision decide(Input input) {
    long sequence = state.nextSequence();
    Decision decision =
        Decider.decide(
            new Situation("order-1", definition, state, new PendingPayloads(state, ownKeys), nowMs),
            input);
    state.spilled().take().forEach(each -> ownKeys.put(each.slot(), each.payload()));
    state.spilled().takeReleased().forEach(ownKeys::remove);
    if (decision instanceof Decision.Accepted accepted) {
      for (Event event : accepted.events()) {
        Evolver.evolve(definition, fold, event, nowMs);
        log.accept(sequence++, event, nowMs);
      }
    }
    assertThat(fold.bytes()).as("fold of the events").isEqualTo(state.bytes());
    assertThat(log.violations()).isEmpty();
    assertThat(WorkflowInvariants.check(definition, state)).isEmpty();
    assertThat(state.spilledSlots()).containsExactlyInAnyOrderElementsOf(ownKeys.keySet());
    return decision;
  }
}
