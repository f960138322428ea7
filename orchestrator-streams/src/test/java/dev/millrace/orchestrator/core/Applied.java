package dev.millrace.orchestrator.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.InputSource;
import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.codec.SpilledPayloads.Spilled;
import dev.millrace.orchestrator.core.decide.Decider;
import dev.millrace.orchestrator.core.decide.Decision;
import dev.millrace.orchestrator.core.decide.Duplicates;
import dev.millrace.orchestrator.core.decide.Situation;
import dev.millrace.orchestrator.core.effect.ArmTimer;
import dev.millrace.orchestrator.core.effect.Effect;
import dev.millrace.orchestrator.core.event.ControlRefused;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.evolve.Evolver;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.Targets;
import dev.millrace.orchestrator.core.input.ControlRequested;
import dev.millrace.orchestrator.core.input.Input;
import dev.millrace.orchestrator.core.input.StartRequested;
import dev.millrace.orchestrator.core.input.TimerFired;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.Results;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One input applied to a stored workflow as the shell does it: read the bytes, decide, keep the
 * earliest timer and the offset, write the bytes.
 */
final class Applied {
  /** How long the shell remembers a workflow that has ended. */
  private static final long RETENTION_MS = 86_400_000;

  private final CompiledDefinition definition;
  private final byte[] before;
  private final Map<Integer, Payload> payloads;
  private final Input input;
  private final long nowMs;
  private final long offset;
  private final AnsweredResults results;
  private final boolean isGateShut;
  private final WindowGate gate;
  private final Decision decision;
  private final byte[] after;
  private final List<Spilled> spilled;
  private final List<Integer> released;

  private Applied(
      CompiledDefinition definition,
      byte[] before,
      Map<Integer, Payload> payloads,
      AnsweredResults results,
      boolean isGateShut,
      Input input,
      long nowMs,
      long offset) {
    this.isGateShut = isGateShut;
    this.gate = new WindowGate(isGateShut ? Integer.MIN_VALUE : Integer.MAX_VALUE);
    this.definition = definition;
    this.payloads = payloads;
    this.results = results;
    this.before = before;
    this.input = input;
    this.nowMs = nowMs;
    this.offset = offset;
    byte[] stored = before.clone();
    PackedWorkflow workflow = PackedWorkflow.of(stored);
    bringDefinition(workflow);
    Situation situation =
        new Situation(
            "workflow",
            definition,
            workflow,
            new PendingPayloads(workflow, payloads),
            results,
            Targets.NONE,
            nowMs,
            null,
            gate);
    decision = Decider.decide(situation, input);
    if (decision instanceof Decision.Refused) {
      assertThat(workflow.bytes()).as("bytes after a refusal").isEqualTo(before);
      workflow = PackedWorkflow.of(stored);
    }
    keepTheRest(workflow);
    spilled = workflow.spilled().take();
    released = workflow.spilled().takeReleased();
    assertThat(stored).as("the stored bytes, which belong to the store").isEqualTo(before);
    after = workflow.bytes().clone();
  }

  /**
   * Applies an input.
   *
   * @param payloads those that have keys of their own, by slot
   * @param results those that are kept of the steps of other workflows
   * @param isGateShut whether steps have to wait for their queues
   */
  static Applied apply(
      CompiledDefinition definition,
      byte[] before,
      Map<Integer, Payload> payloads,
      Results results,
      boolean isGateShut,
      Input input,
      long nowMs,
      long offset) {
    return new Applied(
        definition,
        before,
        payloads,
        new AnsweredResults(results),
        isGateShut,
        input,
        nowMs,
        offset);
  }

  /** Results that answer the same again, whatever else has come to be kept by then. */
  private record AnsweredResults(Results results, Map<String, Optional<Results.Kept>> answers)
      implements Results {
    AnsweredResults(Results results) {
      this(results, new HashMap<>());
    }

    @Override
    public Results.@Nullable Kept find(String key) {
      return answers
          .computeIfAbsent(key, each -> Optional.ofNullable(results.find(each)))
          .orElse(null);
    }
  }

  /** The same input again, on other bytes: what an engine does after a crash. */
  Applied repeatedOn(byte[] stored) {
    Applied again =
        new Applied(definition, stored, payloads, results, isGateShut, input, nowMs, offset);
    assertThat(again.decision).as("second decision on %s", input).isEqualTo(decision);
    assertThat(again.after).as("bytes after the second decision on %s", input).isEqualTo(after);
    assertThat(again.spilled).isEqualTo(spilled);
    assertThat(again.released).isEqualTo(released);
    return again;
  }

  /** Evolves another copy of the workflow by the events alone. */
  void fold(PackedWorkflow copy) {
    if (decision instanceof Decision.Accepted) {
      bringDefinition(copy);
    }
    for (Event event : events()) {
      Evolver.evolve(definition, copy, event, nowMs);
    }
    keepTheRest(copy);
    assertThat(copy.bytes()).as("fold of the events").isEqualTo(after);
  }

  /** Keeps the definition that a start brings along, if its workflow is about to begin. */
  private void bringDefinition(PackedWorkflow workflow) {
    if (input instanceof StartRequested start
        && start.ownDefinition() != null
        && Duplicates.decide(start.onDuplicate(), workflow.status()) == Duplicates.Verdict.BEGIN) {
      workflow.bringDefinition(new byte[start.definitionBytes()]);
    }
  }

  /** Whether steps had to wait for their queues. */
  boolean isGateShut() {
    return isGateShut;
  }

  /** What the gate was told. */
  WindowGate gate() {
    return gate;
  }

  CompiledDefinition definition() {
    return definition;
  }

  byte[] before() {
    return before;
  }

  byte[] after() {
    return after;
  }

  Input input() {
    return input;
  }

  long nowMs() {
    return nowMs;
  }

  Decision decision() {
    return decision;
  }

  List<Event> events() {
    return decision instanceof Decision.Accepted accepted ? accepted.events() : List.of();
  }

  List<Effect> effects() {
    return decision instanceof Decision.Accepted accepted ? accepted.effects() : List.of();
  }

  List<Spilled> spilled() {
    return spilled;
  }

  List<Integer> released() {
    return released;
  }

  /** Whether the input changed something, or could have. */
  boolean hasApplied() {
    return decision instanceof Decision.Accepted accepted
        && accepted.events().stream().noneMatch(ControlRefused.class::isInstance);
  }

  /** What the shell keeps besides: the id of a control, the offset, the timer. */
  private void keepTheRest(PackedWorkflow workflow) {
    if (input instanceof ControlRequested control && !control.id().isEmpty() && hasApplied()) {
      workflow.rememberControl(control.id());
    }
    workflow.setAppliedOffset(InputSource.COMPLETION, offset);
    if (workflow.status().hasEnded()) {
      arm(workflow, workflow.endedAtMs() + RETENTION_MS);
      return;
    }
    if (input instanceof TimerFired) {
      workflow.setArmedTimerMs(workflow.earliestDeadlineMs());
    }
    for (Effect effect : effects()) {
      if (effect instanceof ArmTimer timer) {
        arm(workflow, timer.dueMs());
      }
    }
  }

  private static void arm(PackedWorkflow workflow, long dueMs) {
    long armedMs = workflow.armedTimerMs();
    if (armedMs == WorkflowView.NO_DEADLINE || dueMs < armedMs) {
      workflow.setArmedTimerMs(dueMs);
    }
  }
}
