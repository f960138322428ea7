package dev.millrace.orchestrator.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.EventCodec;
import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.decide.Decider;
import dev.millrace.orchestrator.core.decide.Decision;
import dev.millrace.orchestrator.core.decide.Situation;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.evolve.Evolver;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.AttemptReported;
import dev.millrace.orchestrator.core.input.CancelRequested;
import dev.millrace.orchestrator.core.input.Input;
import dev.millrace.orchestrator.core.input.StartRequested;
import dev.millrace.orchestrator.core.input.TimerFired;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.Results;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.wire.MalformedRecordException;
import org.jspecify.annotations.Nullable;

/**
 * One workflow in a test: inputs in, decisions out, at a time that the test sets. After each it is
 * checked that the events alone, as they stand in the log, give the same bytes.
 */
public final class TestWorkflow {
  /** When every test starts. */
  public static final long START_MS = 1_000_000;

  private final CompiledDefinition definition;
  private final Results results;
  private final PackedWorkflow state = PackedWorkflow.absent();
  private final PackedWorkflow fold = PackedWorkflow.absent();
  private long nowMs = START_MS;

  public TestWorkflow(CompiledDefinition definition) {
    this(definition, Results.NONE);
  }

  /** A workflow that may take results of other workflows. */
  public TestWorkflow(CompiledDefinition definition, Results results) {
    this.definition = definition;
    this.results = results;
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

  /** Sets the time, in milliseconds since {@link #START_MS}. */
  public TestWorkflow after(long sinceStartMs) {
    nowMs = START_MS + sinceStartMs;
    return this;
  }

  public Decision start() {
    return start(0);
  }

  public Decision start(long deadlineMs) {
    return start(null, "acme", deadlineMs);
  }

  public Decision start(@Nullable Payload input, String tenant, long deadlineMs) {
    return decide(new StartRequested(input, tenant, 5, deadlineMs, null));
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

  public Decision cancel(String reason) {
    return decide(new CancelRequested(reason));
  }

  public Decision fireTimer() {
    return decide(new TimerFired());
  }

  private Decision decide(Input input) {
    PendingPayloads payloads = new PendingPayloads(state);
    Decision decision =
        Decider.decide(
            new Situation("order-1", definition, state, payloads, results, nowMs), input);
    if (decision instanceof Decision.Accepted accepted) {
      accepted.events().forEach(this::fold);
      assertThat(fold.bytes()).as("fold of %s", accepted.events()).isEqualTo(state.bytes());
    }
    return decision;
  }

  private void fold(Event event) {
    try {
      WorkflowEvent record = EventCodec.toAvro(definition, event);
      Evolver.evolve(definition, fold, EventCodec.fromAvro(definition, record), nowMs);
    } catch (MalformedRecordException e) {
      throw new AssertionError(e);
    }
  }
}
