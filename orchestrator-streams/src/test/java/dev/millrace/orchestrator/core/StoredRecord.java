package dev.millrace.orchestrator.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.decide.Chunk;
import dev.millrace.orchestrator.core.decide.Decider;
import dev.millrace.orchestrator.core.decide.Decision;
import dev.millrace.orchestrator.core.decide.Situation;
import dev.millrace.orchestrator.core.effect.ArmTimer;
import dev.millrace.orchestrator.core.effect.Effect;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.evolve.Evolver;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.Targets;
import dev.millrace.orchestrator.core.input.Input;
import dev.millrace.orchestrator.core.input.TimerFired;
import dev.millrace.orchestrator.core.invariant.EventLogInvariants;
import dev.millrace.orchestrator.core.invariant.WorkflowInvariants;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.Payloads;
import dev.millrace.orchestrator.core.state.Results;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The record of a workflow, or of a chunk of branches, as bytes, with its payloads that have keys
 * of their own. Each decision on it is made twice, and its events are folded and checked.
 */
final class StoredRecord {
  /** Records of more steps are not looked at as a whole each time. */
  private static final int SMALL = 50;

  /** The shell has a chunk of a paused workflow look so often whether it goes on. */
  private static final long PAUSE_LOOK_MS = 10_000;

  private final CompiledDefinition definition;
  private final Supplier<@Nullable Chunk> chunk;
  private final Function<PendingPayloads, Payloads> view;
  private final WindowGate gate;
  private final Map<Integer, Payload> own = new HashMap<>();
  private final PackedWorkflow fold;
  private final EventLogInvariants log;
  private byte[] bytes;
  private long armedMs;
  private long sequence;

  /**
   * A record of which nothing is known.
   *
   * @param chunk what the branches of a chunk are decided on; of a workflow, nothing
   * @param view how its payloads are seen
   * @param gate what its steps have to pass
   */
  StoredRecord(
      CompiledDefinition definition,
      Supplier<@Nullable Chunk> chunk,
      Function<PendingPayloads, Payloads> view,
      WindowGate gate) {
    this.definition = definition;
    this.chunk = chunk;
    this.view = view;
    this.gate = gate;
    this.fold = definition.isOfBranches() ? PackedWorkflow.absentChunk() : PackedWorkflow.absent();
    this.bytes = fold.bytes().clone();
    this.log = new EventLogInvariants(definition);
  }

  CompiledDefinition definition() {
    return definition;
  }

  PackedWorkflow state() {
    return PackedWorkflow.of(bytes);
  }

  long armedMs() {
    return armedMs;
  }

  Map<Integer, Payload> own() {
    return own;
  }

  @Nullable Payload output(int step) {
    return new PendingPayloads(state(), own).output(step);
  }

  Payloads payloads() {
    return view.apply(new PendingPayloads(state(), own));
  }

  /** What was decided, and the steps whose branches are to be forgotten because of it. */
  record Made(Decision decision, List<Event> events, List<Effect> effects, List<Integer> dropped) {}

  Made apply(Input input, long nowMs) {
    PackedWorkflow state = state();
    WindowGate same = gate.copy();
    Decision decision = decide(state, input, nowMs, gate);
    PackedWorkflow again = state();
    assertThat(events(decide(again, input, nowMs, same)))
        .as("events of the second decision on %s", input)
        .isEqualTo(events(decision));
    if (!(decision instanceof Decision.Accepted accepted)) {
      assertThat(state.bytes()).as("bytes after a refusal").isEqualTo(bytes);
      return new Made(decision, List.of(), List.of(), List.of());
    }
    int firstBranch = firstBranch();
    new OpenAttempts(definition, state(), firstBranch)
        .check(
            new OpenAttempts(definition, state, firstBranch),
            definition,
            input,
            accepted.events(),
            accepted.effects());
    List<Integer> dropped = state.spilled().takeDroppedBranches();
    state.spilled().take().forEach(each -> own.put(each.slot(), each.payload()));
    state.spilled().takeReleased().forEach(own::remove);
    bytes = state.bytes().clone();
    assertThat(again.bytes()).as("bytes after the second decision").isEqualTo(bytes);
    for (Event event : accepted.events()) {
      log.accept(sequence++, event, nowMs);
      Evolver.evolve(definition, fold, event, nowMs);
    }
    fold.spilled().take();
    fold.spilled().takeReleased();
    assertThat(fold.bytes()).as("fold of %s", accepted.events()).isEqualTo(bytes);
    assertThat(log.violations()).isEmpty();
    check(input, accepted.effects(), nowMs);
    return new Made(decision, accepted.events(), accepted.effects(), dropped);
  }

  private int firstBranch() {
    Chunk branches = chunk.get();
    return branches == null ? 0 : branches.branch(0);
  }

  private static List<Event> events(Decision decision) {
    return decision instanceof Decision.Accepted accepted ? accepted.events() : List.of();
  }

  private Decision decide(PackedWorkflow state, Input input, long nowMs, WindowGate at) {
    Payloads payloads = view.apply(new PendingPayloads(state, own));
    return Decider.decide(
        new Situation(
            "workflow",
            definition,
            state,
            payloads,
            Results.NONE,
            Targets.NONE,
            nowMs,
            chunk.get(),
            at),
        input);
  }

  private void check(Input input, List<Effect> effects, long nowMs) {
    PackedWorkflow state = state();
    boolean isAtRest = definition.isOfBranches() && state.finishedSteps() == state.stepCount();
    if (!isAtRest && (state.stepCount() <= SMALL || sequence % SMALL == 0)) {
      assertThat(WorkflowInvariants.check(definition, state)).isEmpty();
    }
    assertThat(own.keySet())
        .as("payloads with keys of their own")
        .containsExactlyInAnyOrderElementsOf(state.spilledSlots());
    long earliestMs = state.earliestDeadlineMs();
    if (input instanceof TimerFired || state.status().hasEnded()) {
      armedMs = earliestMs;
    }
    for (Effect effect : effects) {
      if (effect instanceof ArmTimer timer && !state.status().hasEnded()) {
        armedMs = armedMs == 0 ? timer.dueMs() : Math.min(armedMs, timer.dueMs());
      }
    }
    Chunk branches = chunk.get();
    if (branches != null && state.heldSteps() > 0 && branches.ofWorkflow().isPaused()) {
      armedMs = armedMs == 0 ? nowMs + PAUSE_LOOK_MS : Math.min(armedMs, nowMs + PAUSE_LOOK_MS);
    }
    if (earliestMs != WorkflowView.NO_DEADLINE) {
      assertThat(armedMs).as("armed timer").isPositive().isLessThanOrEqualTo(earliestMs);
    }
  }
}
