package dev.millrace.orchestrator.codec;

import static dev.millrace.orchestrator.core.Definitions.step;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Join;
import dev.millrace.orchestrator.core.state.Outcome;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class PackedWorkflowTest extends PackedWorkflowCase {
  private static final int STEPS = 10_000;

  /** 9,999 steps and one that joins them all. */
  private static final CompiledDefinition LARGEST = join(STEPS - 1);

  @Test
  void absentWorkflowHasNothing() {
    PackedWorkflow workflow = PackedWorkflow.absent();

    assertThat(workflow.status()).isEqualTo(WorkflowStatus.ABSENT);
    assertThat(workflow.nextSequence()).isZero();
    assertThat(workflow.stepCount()).isZero();
    assertThat(workflow.tenant()).isEmpty();
    assertThat(workflow.definition()).isEmpty();
    assertThat(workflow.failure()).isNull();
    assertThat(workflow.riding(PackedWorkflow.INPUT_SLOT)).isNull();
    for (InputSource source : InputSource.values()) {
      assertThat(workflow.appliedOffset(source)).isEqualTo(-1);
    }
  }

  @Test
  void recordOfAnotherLayoutIsRefused() {
    byte[] bytes = PackedWorkflow.absent().bytes();
    bytes[0] = 99;

    assertThatThrownBy(() -> PackedWorkflow.of(bytes))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("layout 99");
    assertThatThrownBy(() -> WorkflowSummary.of(bytes)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void workflowThatFollowsUnderItsIdHasNothingAttachedOfTheFormer() {
    CompiledDefinition definition = join(2);
    PackedWorkflow workflow = running(definition);
    for (int signal = 0; signal < 10; signal++) {
      workflow.keepSignal("signal", new Payload("", new byte[100]));
    }
    workflow.setParent(new Parent("above", "step", 1, 1));
    for (int look = 0; look < 20; look++) { // so often that it remembers where to look
      assertThat(workflow.parent()).isNotNull();
    }
    workflow.end(Outcome.SUCCEEDED, null, 2);
    workflow.begin(definition.plan(), null, "", 5, 0, 3);

    assertThat(workflow.parent()).isNull();
    assertThat(workflow.keptSignals()).isZero();
  }

  @Test
  void storedBytesStayAsTheyAreWhileACopyChanges() {
    byte[] stored = running(join(2)).bytes();
    byte[] before = stored.clone();

    PackedWorkflow.of(stored).open(0, 1, 5_000);

    assertThat(stored).isEqualTo(before);
  }

  @Test
  void largeRecordStaysAsItIsUntilItsBytesAreAskedForAndIsThenChangedInPlace() {
    byte[] stored = running(LARGEST).bytes();
    byte[] before = stored.clone();
    PackedWorkflow workflow = PackedWorkflow.of(stored);

    workflow.open(0, 1, 0);
    workflow.incrementSequence();

    assertThat(workflow.stepStatus(0)).isEqualTo(StepStatus.OPEN);
    assertThat(stored).isEqualTo(before);
    assertThat(workflow.bytes()).isSameAs(stored);
    assertThat(PackedWorkflow.of(stored).stepStatus(0)).isEqualTo(StepStatus.OPEN);
    assertThat(PackedWorkflow.of(stored).openSteps()).isEqualTo(1);
  }

  @Test
  void largeRecordThatIsChangedInPlaceIsCopiedInOneState() {
    byte[] stored = running(LARGEST).bytes();
    AtomicBoolean isRead = new AtomicBoolean();
    CompletableFuture<Void> writer =
        CompletableFuture.runAsync(
            () -> {
              while (!isRead.get()) {
                PackedWorkflow opened = PackedWorkflow.of(stored);
                opened.open(0, 1, 0);
                assertThat(opened.bytes()).isSameAs(stored);
                PackedWorkflow done = PackedWorkflow.of(stored);
                done.succeed(0, 1, null, false);
                assertThat(done.bytes()).isSameAs(stored);
              }
            });

    try {
      for (int read = 0; read < 20_000; read++) {
        PackedWorkflow copy = PackedWorkflow.copyOf(stored);
        assertThat(copy.openSteps() == 1).isEqualTo(copy.stepStatus(0) == StepStatus.OPEN);
      }
    } finally {
      isRead.set(true);
    }
    writer.join();
  }

  @Test
  void largeRecordThatChangesInManyPlacesIsCopied() {
    PackedWorkflow running = running(LARGEST);
    running.open(0, 1, 5_000);
    byte[] stored = running.bytes();
    byte[] before = stored.clone();
    PackedWorkflow workflow = PackedWorkflow.of(stored);

    for (int step = 0; step < 100; step++) {
      workflow.open(step, 2, 6_000 + step);
    }

    assertThat(workflow.bytes()).isNotSameAs(stored);
    assertThat(stored).isEqualTo(before);
    PackedWorkflow read = PackedWorkflow.of(workflow.bytes());
    for (int step = 0; step < 100; step++) {
      assertThat(read.attempt(step)).isEqualTo(2);
      assertThat(read.stepDeadlineMs(step)).isEqualTo(6_000 + step);
    }
    assertThat(read.attempt(100)).isZero();
  }

  @Test
  void largeRecordThatGrowsIsCopied() {
    byte[] stored = running(LARGEST).bytes();
    byte[] before = stored.clone();
    PackedWorkflow workflow = PackedWorkflow.of(stored);

    succeed(workflow, 3, payload(10));
    workflow.setAppliedOffset(InputSource.COMPLETION, 5);

    assertThat(workflow.riding(3)).isEqualTo(payload(10));
    PackedWorkflow read = PackedWorkflow.of(workflow.bytes());
    assertThat(stored).isEqualTo(before);
    assertThat(read.riding(3)).isEqualTo(payload(10));
    assertThat(read.succeededSteps()).isEqualTo(1);
    assertThat(read.appliedOffset(InputSource.COMPLETION)).isEqualTo(5);
  }

  @Test
  void offsetsOfTheSourcesAreKeptApart() {
    PackedWorkflow workflow = running(join(1));
    workflow.setAppliedOffset(InputSource.START, 1L << 40);
    workflow.setAppliedOffset(InputSource.COMPLETION, 7);
    workflow.setArmedTimerMs(99);

    PackedWorkflow read = PackedWorkflow.of(workflow.bytes());
    assertThat(read.appliedOffset(InputSource.START)).isEqualTo(1L << 40);
    assertThat(read.appliedOffset(InputSource.CONTROL)).isEqualTo(-1);
    assertThat(read.appliedOffset(InputSource.COMPLETION)).isEqualTo(7);
    assertThat(read.armedTimerMs()).isEqualTo(99);
  }

  @Test
  void longestTenantOfWideCharactersIsKept() {
    String tenant = "\u6c34".repeat(128);
    PackedWorkflow workflow = PackedWorkflow.absent();
    workflow.begin(join(1).plan(), null, tenant, 9, 0, 1_000);

    assertThat(workflow.tenant()).isEqualTo(tenant);
    assertThat(workflow.definition()).isEqualTo("order");
    assertThat(workflow.priority()).isEqualTo(9);
    assertThat(WorkflowSummary.of(workflow.bytes()).tenant()).isEqualTo(tenant);
  }

  @Test
  void largestWorkflowRunsInTwentyKilobytes() {
    PackedWorkflow workflow = running(LARGEST);
    assertThat(workflow.bytes()).hasSizeLessThan(20_200);

    for (int step = 0; step < STEPS - 1; step++) {
      workflow.open(step, 1, 0);
    }
    for (int step = 0; step < STEPS - 1; step++) {
      workflow.succeed(step, 1, null, true);
      workflow.setJoin(STEPS - 1, workflow.join(STEPS - 1) - 1);
    }

    assertThat(workflow.bytes()).hasSizeLessThan(20_200);
    assertThat(workflow.succeededSteps()).isEqualTo(STEPS - 1);
    assertThat(workflow.stepStatus(STEPS - 1)).isEqualTo(StepStatus.WAITING);
    assertThat(workflow.join(STEPS - 1)).isZero();
    assertThat(workflow.stepStatus(STEPS - 2)).isEqualTo(StepStatus.SUCCEEDED);
  }

  @Test
  void deadlineTableComesWithTheFirstDeadlineAndMovesTheOutputsBehindIt() {
    PackedWorkflow workflow = running(LARGEST);
    Payload output = payload(100);
    workflow.open(0, 1, 0);
    workflow.succeed(0, 1, output, true);
    int before = workflow.bytes().length;
    assertThat(workflow.stepDeadlineMs(STEPS - 2)).isZero();

    workflow.open(STEPS - 2, 1, WorkflowView.LATEST_DEADLINE_MS);

    assertThat(workflow.bytes()).hasSize(before + 6 * STEPS);
    assertThat(workflow.stepDeadlineMs(STEPS - 2)).isEqualTo(WorkflowView.LATEST_DEADLINE_MS);
    assertThat(workflow.stepDeadlineMs(0)).isZero();
    assertThat(workflow.earliestDeadlineMs()).isEqualTo(WorkflowView.LATEST_DEADLINE_MS);
    assertThat(workflow.riding(0)).isEqualTo(output);
  }

  @Test
  void earliestDeadlineIsTheEarliestOfWorkflowAndSteps() {
    PackedWorkflow workflow = PackedWorkflow.absent();
    workflow.begin(join(2).plan(), null, "", 5, 5_000, 1_000);
    assertThat(workflow.earliestDeadlineMs()).isEqualTo(5_000);
    workflow.open(0, 1, 6_000);
    assertThat(workflow.earliestDeadlineMs()).isEqualTo(5_000);
    workflow.open(1, 1, 4_000);
    assertThat(workflow.earliestDeadlineMs()).isEqualTo(4_000);
    workflow.succeed(1, 1, null, false);
    assertThat(workflow.earliestDeadlineMs()).isEqualTo(5_000);
  }

  @Test
  void endReleasesWhatWasSpilledAndLeavesASummary() {
    PackedWorkflow workflow = PackedWorkflow.absent();
    workflow.begin(join(2).plan(), payload(5_000), "acme", 3, 0, 1_000);
    succeed(workflow, 1, payload(5_000));
    workflow.spilled().take();
    Failure failure = new Failure("flaky", "caf\u00e9 ".repeat(1_000), true);

    workflow.end(new Outcome(WorkflowStatus.FAILED, failure), null, 2_000);

    assertThat(workflow.spilled().takeReleased()).containsExactly(PackedWorkflow.INPUT_SLOT, 1);
    assertThat(workflow.spilled().takeReleased()).isEmpty();
    WorkflowSummary summary = WorkflowSummary.of(workflow.bytes());
    assertThat(summary.status()).isEqualTo(WorkflowStatus.FAILED);
    assertThat(summary.failure()).isEqualTo(failure);
    assertThat(summary.tenant()).isEqualTo("acme");
    assertThat(summary.definition()).isEqualTo("order");
    assertThat(summary.version()).isEqualTo(7);
    assertThat(summary.priority()).isEqualTo(3);
    assertThat(summary.startedAtMs()).isEqualTo(1_000);
    assertThat(summary.endedAtMs()).isEqualTo(2_000);
    assertThat(summary.stepCount()).isEqualTo(3);
    assertThat(summary.succeededSteps()).isEqualTo(1);
    assertThat(summary.openSteps()).isZero();
  }

  @Test
  void nothingIsKeptOfTheStepsOfAnEndedWorkflow() {
    PackedWorkflow workflow = running(join(2));
    succeed(workflow, 0, payload(10));
    succeed(workflow, 1, payload(5_000));

    workflow.end(Outcome.SUCCEEDED, null, 2_000);

    assertThat(workflow.failure()).isNull();
    assertThat(workflow.riding(0)).isNull();
    assertThat(workflow.isSpilled(1)).isFalse();
    assertThat(workflow.riding(PackedWorkflow.INPUT_SLOT)).isNull();
    assertThat(workflow.bytes()).hasSizeLessThan(136);
  }

  @Test
  void largestAttemptNumberIsKeptAndALargerOneIsRefused() {
    PackedWorkflow workflow = running(join(1));
    workflow.open(0, StepEntry.ATTEMPTS, 0);
    assertThat(workflow.attempt(0)).isEqualTo(1_023);
    assertThat(workflow.stepStatus(0)).isEqualTo(StepStatus.OPEN);
    workflow.backOff(0, 5_000);
    assertThat(workflow.attempt(0)).isEqualTo(1_023);
    assertThat(workflow.stepStatus(0)).isEqualTo(StepStatus.BACKING_OFF);

    assertThatThrownBy(() -> workflow.open(0, StepEntry.ATTEMPTS + 1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("attempt 1024 of a round, at most 1023 can be stored");
  }

  @Test
  void stepWithMoreDependenciesThanCanBeCountedIsRefused() {
    assertThatThrownBy(() -> join(Join.DEPENDENCIES + 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("step 'join' has 32767 dependencies, at most 32766 can be stored");
  }

  @Test
  void textThatIsTooLongForItsFieldIsRefusedRatherThanCut() {
    PackedWorkflow workflow = running(join(1));
    Failure failure = new Failure("flaky", "x".repeat(70_000), true);

    assertThatThrownBy(() -> workflow.end(new Outcome(WorkflowStatus.FAILED, failure), null, 2_000))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("failure message of 70000 bytes, at most 65535 can be stored");
  }

  @Test
  void payloadKeepsItsContentType() {
    Payload payload = new Payload("text/plain; charset=utf-8", "hello".getBytes(UTF_8));

    assertThat(PackedPayload.of(PackedPayload.toBytes(payload))).isEqualTo(payload);
    assertThatThrownBy(() -> PackedPayload.toBytes(new Payload("x".repeat(256), new byte[0])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("content type of 256 bytes, at most 255 are allowed");
  }
}
