package dev.millrace.orchestrator.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.PackedPayload;
import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.decide.Decision;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.effect.Effect;
import dev.millrace.orchestrator.core.event.AttemptFailed;
import dev.millrace.orchestrator.core.event.ControlRefused;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.Input;
import dev.millrace.orchestrator.core.invariant.EventLogInvariants;
import dev.millrace.orchestrator.core.invariant.WorkflowInvariants;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Join;
import dev.millrace.orchestrator.core.state.Outcome;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A workflow whose every input is checked against the invariants, the fold of its events and the
 * reference. Nothing lives on from one input to the next but bytes, as if the engine crashed in
 * between.
 */
final class SimulatedWorkflow {
  private final CompiledDefinition definition;
  private final ReferenceWorkflow reference;
  private final EventLogInvariants log;
  private final List<Applied> history = new ArrayList<>();
  private final Map<Integer, Payload> ownKeys = new HashMap<>();

  private final Map<String, Long> retriesMs = new HashMap<>();
  private final PackedWorkflow fold = PackedWorkflow.absent();
  private byte[] stored = PackedWorkflow.absent().bytes();
  private final Map<String, Long> kinds = new HashMap<>();
  private long nextSequence;

  SimulatedWorkflow(WorkflowDefinition source) {
    definition = CompiledDefinition.compile(source, FakeExpressions.INSTANCE);
    log = new EventLogInvariants(definition);
    reference =
        new ReferenceWorkflow(
            source, (step, attempt) -> retriesMs.getOrDefault(step + "/" + attempt, -1L));
  }

  CompiledDefinition definition() {
    return definition;
  }

  WorkflowStatus status() {
    return reference.status();
  }

  long armedTimerMs() {
    return PackedWorkflow.of(stored).armedTimerMs();
  }

  /** Applies an input, checks everything and hands out what is to be done because of it. */
  List<Effect> apply(Input input, long nowMs) {
    Map<Integer, Payload> payloads = Map.copyOf(ownKeys);
    Applied applied = Applied.apply(definition, stored, payloads, input, nowMs, history.size());
    history.add(applied);
    stored = applied.after();
    applied.spilled().forEach(each -> ownKeys.put(each.slot(), each.payload()));
    applied.released().forEach(ownKeys::remove);
    checkDecision(applied);
    for (Event event : applied.events()) {
      log.accept(nextSequence++, event, nowMs);
      kinds.merge(event.getClass().getSimpleName(), 1L, Long::sum);
      if (event instanceof ControlRefused refused) {
        kinds.merge(refused.code(), 1L, Long::sum);
      }
    }
    assertThat(log.violations()).isEmpty();
    applied.fold(fold);
    fold.spilled().take();
    fold.spilled().takeReleased();
    checkState();
    return applied.effects();
  }

  /** The workflow as it is stored. */
  byte[] stored() {
    return stored;
  }

  /** The payloads that have keys of their own, by slot. */
  Map<Integer, Payload> payloads() {
    return Map.copyOf(ownKeys);
  }

  /** All that happened so far. */
  List<Applied> history() {
    return history;
  }

  /** Decides everything since an input again, on the bytes that were stored before it. */
  void replayFrom(int input) {
    byte[] bytes = history.get(input).before();
    for (Applied applied : history.subList(input, history.size())) {
      bytes = applied.repeatedOn(bytes).after();
    }
  }

  /** How many events of each kind there were, and refusals of each code. */
  Map<String, Long> kinds() {
    return kinds;
  }

  /** The workflow as it should be. */
  ReferenceWorkflow reference() {
    return reference;
  }

  int inputs() {
    return history.size();
  }

  /** Folds the whole log into a fresh workflow. */
  void foldAll() {
    PackedWorkflow fresh = PackedWorkflow.absent();
    for (Applied applied : history) {
      applied.fold(fresh);
    }
  }

  private void checkDecision(Applied applied) {
    if (applied.decision() instanceof Decision.Refused refused) {
      assertThat(refused.reason()).isEqualTo(reference.refusal(applied.input()));
      kinds.merge(refused.reason().code(), 1L, Long::sum);
      return;
    }
    assertThat(reference.refusal(applied.input())).isNull();
    List<String> told = new ArrayList<>();
    for (Event event : applied.events()) {
      String words = Told.of(event, definition);
      if (!words.isEmpty()) {
        told.add(words);
      }
      if (event instanceof AttemptFailed failed) {
        String step = definition.step(failed.step()).id();
        retriesMs.put(step + "/" + failed.attempt(), failed.retryAtMs());
      }
    }
    for (Effect effect : applied.effects()) {
      String words = Told.of(effect, definition);
      if (!words.isEmpty()) {
        told.add(words);
      }
    }
    List<Told.Turn> order = Told.turns(applied.events(), definition);
    List<String> expected = reference.apply(applied.input(), applied.nowMs(), order);
    Collections.sort(told);
    Collections.sort(expected);
    assertThat(told).as("what comes of %s", applied.input()).isEqualTo(expected);
  }

  private void checkState() {
    PackedWorkflow workflow = PackedWorkflow.of(stored);
    assertThat(WorkflowInvariants.check(definition, workflow)).isEmpty();
    assertThat(workflow.status()).isEqualTo(reference.status());
    assertThat(workflow.nextSequence()).isEqualTo(nextSequence);
    Outcome outcome = workflow.outcome();
    assertThat(outcome == null ? null : outcome.status()).isEqualTo(reference.ending());
    Failure failure = workflow.failure();
    assertThat(failure == null ? null : failure.type()).isEqualTo(reference.failureType());
    long earliestMs = workflow.earliestDeadlineMs();
    long armedMs = workflow.armedTimerMs();
    if (earliestMs != WorkflowView.NO_DEADLINE
        && (armedMs == WorkflowView.NO_DEADLINE || armedMs > earliestMs)) {
      throw new AssertionError("timer lost: due %d, armed %d".formatted(earliestMs, armedMs));
    }
    if (workflow.status() == WorkflowStatus.RUNNING) {
      assertThat(workflow.deadlineMs()).isEqualTo(reference.deadlineMs());
      assertThat(
              Arrays.stream(workflow.toCompensate()).mapToObj(each -> definition.step(each).id()))
          .isEqualTo(reference.toUndo());
      List<ReferenceStep> steps = reference.steps();
      checkControls(workflow);
      int ridingBytes = 0;
      for (int step = 0; step < steps.size(); step++) {
        checkStep(workflow, step, steps.get(step));
        ridingBytes += ridingBytes(workflow.riding(step));
      }
      assertThat(ridingBytes).isLessThanOrEqualTo(PackedWorkflow.OUTPUTS_BYTES);
    } else if (workflow.status().hasEnded()) {
      Payload riding = workflow.riding(PackedWorkflow.RESULT_SLOT);
      Payload own = ownKeys.get(PackedWorkflow.RESULT_SLOT);
      assertThat(riding == null ? own : riding).as("result").isEqualTo(reference.result());
      assertThat(ownKeys.keySet())
          .as("payloads with keys of their own")
          .isEqualTo(own == null ? Set.of() : Set.of(PackedWorkflow.RESULT_SLOT));
    }
  }

  private void checkControls(PackedWorkflow workflow) {
    assertThat(workflow.isPaused()).isEqualTo(reference.isPaused());
    assertThat(workflow.priority()).isEqualTo(reference.priority());
    assertThat(workflow.keptSignals()).isEqualTo(reference.keptSignals().size());
    PendingPayloads payloads = new PendingPayloads(workflow, ownKeys);
    Set<String> names = new HashSet<>();
    for (ReferenceWaits.Kept signal : reference.keptSignals()) {
      if (names.add(signal.name())) {
        assertThat(payloads.signal(workflow.keptSignal(signal.name())))
            .as("oldest signal '%s'", signal.name())
            .isEqualTo(signal.payload());
      }
    }
    assertThat(ownKeys.keySet())
        .as("payloads with keys of their own")
        .containsExactlyInAnyOrderElementsOf(workflow.spilledSlots());
  }

  private void checkStep(PackedWorkflow workflow, int step, ReferenceStep expected) {
    boolean same =
        workflow.stepStatus(step) == expected.status
            && workflow.attempt(step) == expected.attempt
            && workflow.rounds(step) == expected.rounds
            && workflow.stepDeadlineMs(step) == expected.deadlineMs
            && (expected.status != StepStatus.WAITING
                || expected.part == ReferenceStep.Part.COMPENSATION
                || verdict(workflow.join(step)) == reference.verdict(expected));
    if (!same) {
      throw new AssertionError(
          "step %s: %s/%d round %d until %d, expected %s/%d round %d until %d"
              .formatted(
                  expected.id(),
                  workflow.stepStatus(step),
                  workflow.attempt(step),
                  workflow.rounds(step),
                  workflow.stepDeadlineMs(step),
                  expected.status,
                  expected.attempt,
                  expected.rounds,
                  expected.deadlineMs));
    }
    if (!Objects.equals(workflow.child(step), expected.child)) {
      throw new AssertionError(
          "step %s waits for workflow %s, expected %s"
              .formatted(expected.id(), workflow.child(step), expected.child));
    }
    Payload output = output(workflow, step);
    boolean read = expected.status == StepStatus.SUCCEEDED && reference.isRead(expected);
    assertThat(output).isEqualTo(read ? expected.output : null);
    if (expected.status == StepStatus.OPEN || expected.progress != null) {
      assertThat(new PendingPayloads(workflow, ownKeys).progress(step))
          .as("progress of step %s", expected.id())
          .isEqualTo(expected.progress);
    }
  }

  private static ReferenceJoins.Verdict verdict(int join) {
    return switch (join) {
      case 0 -> ReferenceJoins.Verdict.MAY_START;
      case Join.MISSED -> ReferenceJoins.Verdict.NEVER_STARTS;
      default -> ReferenceJoins.Verdict.WAITS;
    };
  }

  private static int ridingBytes(@Nullable Payload riding) {
    int bytes = riding == null ? 0 : PackedPayload.toBytes(riding).length;
    assertThat(bytes).isLessThanOrEqualTo(PackedWorkflow.OUTPUT_BYTES);
    return bytes;
  }

  private @Nullable Payload output(PackedWorkflow workflow, int step) {
    Payload riding = workflow.riding(step);
    Payload stored = ownKeys.get(step);
    assertThat(stored != null).isEqualTo(workflow.isSpilled(step));
    if (riding != null && stored != null) {
      throw new AssertionError("output of step %d is kept twice".formatted(step));
    }
    return riding == null ? stored : riding;
  }
}
