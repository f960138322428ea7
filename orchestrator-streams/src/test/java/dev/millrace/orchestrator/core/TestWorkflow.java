package dev.millrace.orchestrator.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.EventDecoder;
import dev.millrace.orchestrator.codec.EventEncoder;
import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.decide.Decider;
import dev.millrace.orchestrator.core.decide.Decision;
import dev.millrace.orchestrator.core.decide.Situation;
import dev.millrace.orchestrator.core.event.ControlRefused;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.WorkflowMigrated;
import dev.millrace.orchestrator.core.evolve.Evolver;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.Targets;
import dev.millrace.orchestrator.core.input.AttemptReported;
import dev.millrace.orchestrator.core.input.AttemptRunning;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.input.ControlRequested;
import dev.millrace.orchestrator.core.input.DuplicatePolicy;
import dev.millrace.orchestrator.core.input.Input;
import dev.millrace.orchestrator.core.input.StartRequested;
import dev.millrace.orchestrator.core.input.StepReleased;
import dev.millrace.orchestrator.core.input.TimerFired;
import dev.millrace.orchestrator.core.invariant.EventLogInvariants;
import dev.millrace.orchestrator.core.invariant.WorkflowInvariants;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.Results;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One workflow in a test: inputs in, decisions out, at a time that the test sets. After each, the
 * fold of the events, as they stand in the log, is held against the bytes of the state, and both
 * against the invariants.
 */
public final class TestWorkflow implements Targets {
  /** When every test starts. */
  public static final long START_MS = 1_000_000;

  private CompiledDefinition definition;
  private final Results results;
  private final Map<Integer, CompiledDefinition> versions = new HashMap<>();
  private final Map<Integer, Payload> stored = new HashMap<>();
  private final PackedWorkflow state = PackedWorkflow.absent();
  private final PackedWorkflow fold = PackedWorkflow.absent();
  private final EventLogInvariants log;
  private final WindowGate gate = new WindowGate(Integer.MAX_VALUE);
  private long nowMs = START_MS;

  public TestWorkflow(CompiledDefinition definition) {
    this(definition, Results.NONE);
  }

  /** A workflow that may take results of other workflows. */
  public TestWorkflow(CompiledDefinition definition, Results results) {
    this.definition = definition;
    this.results = results;
    this.log = new EventLogInvariants(definition);
  }

  /** A workflow that has been started. */
  public static TestWorkflow started(CompiledDefinition definition) {
    TestWorkflow workflow = new TestWorkflow(definition);
    workflow.start();
    return workflow;
  }

  /** What its steps have to pass; at first it lets all of them through. */
  public WindowGate gate() {
    return gate;
  }

  /** It is the turn of a step that is held for its queue. */
  public Decision release(String step) {
    return decide(new StepReleased(definition.indexOf(step)));
  }

  public PackedWorkflow state() {
    return state;
  }

  /** Registers another version of its definition. */
  public TestWorkflow register(CompiledDefinition version) {
    versions.put(version.version(), version);
    return this;
  }

  /** As if its start brought its definition along. */
  public void bringDefinition() {
    state.bringDefinition(new byte[1]);
    fold.bringDefinition(new byte[1]);
  }

  public Decision migrate(int version, boolean dryRun) {
    return control(new Control.Migrate(version, dryRun));
  }

  /** What is kept of a step's output. */
  public @Nullable Payload output(String step) {
    int index = definition.indexOf(step);
    return index == CompiledDefinition.NO_STEP
        ? null
        : new PendingPayloads(state, stored).output(index);
  }

  /** How far a step has come, as its workers say. */
  public @Nullable Payload progress(String step) {
    int index = definition.indexOf(step);
    return index == CompiledDefinition.NO_STEP
        ? null
        : new PendingPayloads(state, stored).progress(index);
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
    return start(new StartRequested(input, tenant, 5, deadlineMs, null));
  }

  /** Starts the workflow for another one, which is told how it ends. */
  public Decision start(Parent parent) {
    return start(new StartRequested(null, "acme", 5, 0, null, 0, parent, DuplicatePolicy.REJECT));
  }

  public Decision start(StartRequested request) {
    return decide(request);
  }

  /** Starts another workflow with the id of this one, which has ended. */
  public Decision startAgain() {
    log.expect(definition);
    return decide(
        new StartRequested(null, "acme", 5, 0, null, 0, null, DuplicatePolicy.ALLOW_AFTER_END));
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

  /** As {@link #fail}, with a wish how long the next attempt is to wait. */
  public Decision failUntil(long retryAfterMs, String step, int attempt, Failure failure) {
    return decide(
        new AttemptReported(
            step, AttemptReported.NO_BRANCH, attempt, null, List.of(), failure, retryAfterMs));
  }

  public Decision heartbeat(String step, int attempt, @Nullable Payload progress) {
    return decide(new AttemptRunning(step, AttemptReported.NO_BRANCH, attempt, progress));
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

  @Override
  public @Nullable CompiledDefinition definition(String name, int version) {
    return name.equals(definition.name()) ? versions.get(version) : null;
  }

  @Override
  public boolean hasQueue(String queue) {
    return queue.equals("queue");
  }

  private Decision decide(Input input) {
    PendingPayloads payloads = new PendingPayloads(state, stored);
    Decision decision =
        Decider.decide(
            new Situation("order-1", definition, state, payloads, results, this, nowMs, null, gate),
            input);
    if (decision instanceof Decision.Accepted accepted) {
      accepted.events().forEach(this::fold);
      assertThat(fold.bytes()).as("fold of %s", accepted.events()).isEqualTo(state.bytes());
      assertThat(WorkflowInvariants.check(definition, state)).isEmpty();
      assertThat(gate.open()).as("open attempts").isEqualTo(state.openSteps());
      assertThat(gate.held()).as("held steps").isEqualTo(state.gatedSteps());
      state.spilled().take().forEach(each -> stored.put(each.slot(), each.payload()));
      state.spilled().takeReleased().forEach(stored::remove);
      assertThat(stored.keySet()).containsExactlyInAnyOrderElementsOf(state.spilledSlots());
    }
    return decision;
  }

  private void fold(Event event) {
    try {
      WorkflowEvent record = EventEncoder.toAvro(definition, event);
      Event read = EventDecoder.fromAvro(definition, versions::get, record);
      log.accept(fold.nextSequence(), read, nowMs);
      assertThat(log.violations()).isEmpty();
      Evolver.evolve(definition, fold, read, nowMs);
      if (read instanceof WorkflowMigrated migrated) {
        definition = migrated.target();
      }
    } catch (MalformedRecordException e) {
      throw new AssertionError(e);
    }
  }
}
