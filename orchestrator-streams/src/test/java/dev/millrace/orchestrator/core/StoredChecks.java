package dev.millrace.orchestrator.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.PackedPayload;
import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.effect.DispatchStep;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether a workflow is stored as the reference has it, and breaks no invariant. */
final class StoredChecks {
  private final CompiledDefinition definition;
  private final PackedWorkflow workflow;
  private final Map<Integer, Payload> ownKeys;
  private final ReferenceWorkflow reference;
  private final SharedResults results;

  /**
   * Checks of a workflow.
   *
   * @param ownKeys its payloads that have keys of their own, by slot
   * @param results those that it shares with others
   */
  StoredChecks(
      CompiledDefinition definition,
      byte[] stored,
      Map<Integer, Payload> ownKeys,
      ReferenceWorkflow reference,
      SharedResults results) {
    this.definition = definition;
    this.workflow = PackedWorkflow.of(stored);
    this.ownKeys = ownKeys;
    this.reference = reference;
    this.results = results;
  }

  /**
   * Checks it all.
   *
   * @param nextSequence how many events there were
   */
  void check(long nextSequence) {
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
    assertThat(workflow.formerAttempts())
        .as("attempts of the workflows before")
        .isEqualTo(
            reference.status().hasEnded()
                ? reference.highestAttempt()
                : reference.formerAttempts());
    if (workflow.status() == WorkflowStatus.RUNNING) {
      assertThat(workflow.deadlineMs()).isEqualTo(reference.deadlineMs());
      assertThat(
              Arrays.stream(workflow.toCompensate()).mapToObj(each -> definition.step(each).id()))
          .isEqualTo(reference.toUndo());
      List<ReferenceStep> steps = reference.steps();
      checkControls();
      int ridingBytes = 0;
      for (int step = 0; step < steps.size(); step++) {
        checkStep(step, steps.get(step));
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

  /** Checks that a worker is sent all that its result is going to be kept for. */
  void checkCommand(DispatchStep command) {
    ReferenceStep step = reference.steps().get(command.step());
    List<@Nullable Object> content = step.keptUnder;
    boolean isOpen = step.status == StepStatus.OPEN && step.attempt == command.attempt();
    if (content == null || !isOpen || !content.contains(ReferenceCache.ALL)) {
      return;
    }
    PendingPayloads payloads = new PendingPayloads(workflow, ownKeys);
    List<@Nullable Payload> outputs = command.outputs();
    List<@Nullable Object> sent =
        new ArrayList<>(content.subList(0, content.indexOf(ReferenceCache.ALL) + 1));
    sent.add(payloads.input());
    List<String> dependencies = step.definition.dependencyIds();
    for (int i = 0; i < dependencies.size(); i++) {
      sent.add(dependencies.get(i));
      sent.add(
          outputs == null
              ? payloads.output(definition.indexOf(dependencies.get(i)))
              : outputs.get(i));
    }
    assertThat(sent).as("what the command of step %s carries", step.id()).isEqualTo(content);
  }

  private void checkControls() {
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

  private void checkStep(int step, ReferenceStep expected) {
    boolean same =
        workflow.stepStatus(step) == expected.status
            && workflow.attempt(step) == expected.attempt
            && workflow.rounds(step) == expected.rounds
            && workflow.stepDeadlineMs(step) == expected.deadlineMs
            && workflow.isGated(step) == expected.isGated()
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
    boolean isAtRest = expected.status.isFinal() && expected.status != StepStatus.ABANDONED;
    if (expected.status == StepStatus.OPEN || isAtRest) {
      List<@Nullable Object> content = expected.keptUnder;
      assertThat(workflow.resultKey(step))
          .as("what the result of step %s is to be kept under", expected.id())
          .isEqualTo(content == null ? null : results.name(content));
    }
    Payload output = output(step);
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

  private @Nullable Payload output(int step) {
    Payload riding = workflow.riding(step);
    Payload stored = ownKeys.get(step);
    assertThat(stored != null).isEqualTo(workflow.isSpilled(step));
    if (riding != null && stored != null) {
      throw new AssertionError("output of step %d is kept twice".formatted(step));
    }
    return riding == null ? stored : riding;
  }
}
