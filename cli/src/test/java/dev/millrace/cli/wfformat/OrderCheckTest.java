package dev.millrace.cli.wfformat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.run.WorkflowRun;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.definition.WorkflowDefinitions;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.EventSource;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.v1.WorkflowEvents;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OrderCheckTest {
  private static final WorkflowDefinition CHAIN =
      WorkflowDefinitions.define("chain", 1)
          .step("a")
          .step("b", step -> step.dependsOn("a"))
          .build();

  private final List<WorkflowEvent> events = new ArrayList<>();
  private final WorkflowRun run = new WorkflowRun();

  private OrderCheckTest event(EventType type, String step) {
    events.add(WorkflowEvent.newBuilder().setType(type).setStep(step).setAttempt(1).build());
    return this;
  }

  private OrderCheckTest handler(String step, long startedAt, long endedAt) {
    run.add(
        StepCompletion.newBuilder()
            .setStep(step)
            .setAttempt(1)
            .setStatus(CompletionStatus.SUCCEEDED)
            .setStartedAt(Instant.ofEpochMilli(startedAt))
            .setEndedAt(Instant.ofEpochMilli(endedAt))
            .build());
    return this;
  }

  private List<String> violations() {
    run.add(
        0,
        WorkflowEvents.newBuilder()
            .setFirstSequence(0)
            .setAt(Instant.EPOCH)
            .setSource(EventSource.COMPLETION)
            .setEvents(events)
            .build());
    return OrderCheck.violations(CHAIN, run);
  }

  @Test
  void aRunInOrderHasNoViolations() {
    event(EventType.WORKFLOW_STARTED, "")
        .event(EventType.STEP_DISPATCHED, "a")
        .event(EventType.STEP_SUCCEEDED, "a")
        .event(EventType.STEP_DISPATCHED, "b")
        .event(EventType.STEP_SUCCEEDED, "b")
        .event(EventType.WORKFLOW_SUCCEEDED, "")
        .handler("a", 1, 5)
        .handler("b", 5, 6);

    assertThat(violations()).isEmpty();
  }

  @Test
  void everythingOutOfOrderIsNamed() {
    event(EventType.WORKFLOW_STARTED, "")
        .event(EventType.STEP_DISPATCHED, "a")
        .event(EventType.STEP_DISPATCHED, "b")
        .event(EventType.STEP_SUCCEEDED, "a")
        .event(EventType.STEP_DISPATCHED, "a")
        .event(EventType.STEP_DISPATCHED, "c")
        .event(EventType.WORKFLOW_FAILED, "")
        .handler("a", 1, 5)
        .handler("b", 4, 6);

    assertThat(violations())
        .containsExactly(
            "step 'b' was dispatched before 'a' had succeeded",
            "step 'a' was dispatched more than once",
            "step 'c' was dispatched and is not in the definition",
            "step 'b' succeeded 0 times instead of once",
            "the workflow ended as WORKFLOW_FAILED",
            "the handler of 'b' was called before that of 'a' had returned");
  }

  @Test
  void aRunThatDidNotEndIsNoRunInOrder() {
    event(EventType.WORKFLOW_STARTED, "");

    assertThat(violations()).contains("the workflow did not end once and last");
  }
}
