package dev.millrace.orchestrator.core.evolve;

import static dev.millrace.orchestrator.core.Definitions.step;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.event.AttemptFailed;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.event.WorkflowStarted;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import org.junit.jupiter.api.Test;

class EvolverTest {
  private static final Failure FAILURE = new Failure("flaky", "try again", true);
  private static final Payload OUTPUT = new Payload("text/plain", new byte[] {1, 2, 3});
  private static final CompiledDefinition DEFINITION =
      Definitions.of(step("a"), step("b", "a"), step("c", "a", "b"));
  private static final Event STARTED =
      new WorkflowStarted("order", 7, OUTPUT, "acme", 9, 50_000, null);

  @Test
  void startedWorkflowIsWhatItsStartSays() {
    PackedWorkflow workflow = evolved(STARTED);

    assertThat(workflow.status()).isEqualTo(WorkflowStatus.RUNNING);
    assertThat(workflow.definition()).isEqualTo("order");
    assertThat(workflow.version()).isEqualTo(7);
    assertThat(workflow.tenant()).isEqualTo("acme");
    assertThat(workflow.priority()).isEqualTo(9);
    assertThat(workflow.deadlineMs()).isEqualTo(50_000);
    assertThat(workflow.startedAtMs()).isEqualTo(1_000);
    assertThat(workflow.endedAtMs()).isZero();
    assertThat(workflow.riding(PackedWorkflow.INPUT_SLOT)).isEqualTo(OUTPUT);
    assertThat(workflow.join(0)).isZero();
    assertThat(workflow.join(2)).isEqualTo(2);
  }

  @Test
  void dispatchedStepIsOpenWithItsAttemptAndDeadline() {
    PackedWorkflow workflow = evolved(STARTED, new StepDispatched(0, 1, 9_000));

    assertThat(workflow.stepStatus(0)).isEqualTo(StepStatus.OPEN);
    assertThat(workflow.attempt(0)).isEqualTo(1);
    assertThat(workflow.stepDeadlineMs(0)).isEqualTo(9_000);
    assertThat(workflow.openSteps()).isEqualTo(1);
  }

  @Test
  void succeededStepCountsForItsDependentsAndKeepsItsOutput() {
    PackedWorkflow workflow =
        evolved(STARTED, new StepDispatched(0, 1, 9_000), new StepSucceeded(0, 1, OUTPUT));

    assertThat(workflow.stepStatus(0)).isEqualTo(StepStatus.SUCCEEDED);
    assertThat(workflow.succeededSteps()).isEqualTo(1);
    assertThat(workflow.openSteps()).isZero();
    assertThat(workflow.stepDeadlineMs(0)).isZero();
    assertThat(workflow.join(1)).isZero();
    assertThat(workflow.join(2)).isEqualTo(1);
    assertThat(workflow.riding(0)).isEqualTo(OUTPUT);
  }

  @Test
  void outputThatNoStepReadsIsNotKept() {
    PackedWorkflow workflow =
        evolved(STARTED, new StepDispatched(2, 1, 0), new StepSucceeded(2, 1, OUTPUT));

    assertThat(workflow.riding(2)).isNull();
    assertThat(workflow.isSpilled(2)).isFalse();
  }

  @Test
  void failedAttemptBacksOffUntilItsRetry() {
    PackedWorkflow workflow =
        evolved(STARTED, new StepDispatched(0, 1, 9_000), new AttemptFailed(0, 1, FAILURE, 3_000));

    assertThat(workflow.stepStatus(0)).isEqualTo(StepStatus.BACKING_OFF);
    assertThat(workflow.attempt(0)).isEqualTo(1);
    assertThat(workflow.stepDeadlineMs(0)).isEqualTo(3_000);
    assertThat(workflow.openSteps()).isZero();
  }

  @Test
  void failedStepIsFailed() {
    PackedWorkflow workflow =
        evolved(STARTED, new StepDispatched(0, 1, 0), new StepFailed(0, 1, FAILURE));

    assertThat(workflow.stepStatus(0)).isEqualTo(StepStatus.FAILED);
  }

  @Test
  void endedWorkflowIsASummary() {
    PackedWorkflow workflow =
        evolved(STARTED, new WorkflowEnded(WorkflowStatus.CANCELLED, FAILURE));

    assertThat(workflow.status()).isEqualTo(WorkflowStatus.CANCELLED);
    assertThat(workflow.failure()).isEqualTo(FAILURE);
    assertThat(workflow.endedAtMs()).isEqualTo(1_000);
    assertThat(workflow.earliestDeadlineMs()).isZero();
    assertThat(workflow.nextSequence()).isEqualTo(2);
  }

  private static PackedWorkflow evolved(Event... events) {
    PackedWorkflow workflow = PackedWorkflow.absent();
    for (Event event : events) {
      Evolver.evolve(DEFINITION, workflow, event, 1_000);
    }
    return workflow;
  }
}
