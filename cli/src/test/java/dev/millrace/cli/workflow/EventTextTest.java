package dev.millrace.cli.workflow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.v1.EventSource;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.ParentStep;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.StartDetail;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.wire.EventHistory;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventTextTest {
  private static final Instant AT = Instant.parse("2026-11-21T10:00:00Z");

  @Test
  void everyTypeSaysWhatItsFieldsMean() {
    assertLine(started(), "WORKFLOW_STARTED    quake/3 for swarm-1 quakes#1");
    assertLine(event(EventType.WORKFLOW_REJECTED).setFailure(bad()), "WORKFLOW_REJECTED   Bad: no");
    assertLine(step(EventType.STEP_DISPATCHED, 2), "STEP_DISPATCHED     enrich#2");
    assertLine(step(EventType.STEP_SUCCEEDED, 2), "STEP_SUCCEEDED      enrich#2");
    assertLine(
        step(EventType.STEP_SUCCEEDED, 2).setReason("cached").setSteps(List.of("a", "b")),
        "STEP_SUCCEEDED      enrich#2 cached not taken: a, b");
    assertLine(
        step(EventType.ATTEMPT_FAILED, 2).setFailure(bad()),
        "ATTEMPT_FAILED      enrich#2 Bad: no");
    assertLine(
        step(EventType.STEP_FAILED, 2)
            .setReason("route")
            .setSteps(List.of("mend"))
            .setFailure(bad()),
        "STEP_FAILED         enrich#2 (route) to mend Bad: no");
    assertLine(event(EventType.WORKFLOW_SUCCEEDED), "WORKFLOW_SUCCEEDED");
    assertLine(event(EventType.WORKFLOW_FAILED).setFailure(bad()), "WORKFLOW_FAILED     Bad: no");
    assertLine(event(EventType.WORKFLOW_CANCELLED).setName("ops"), "WORKFLOW_CANCELLED  by ops");
    assertLine(event(EventType.WORKFLOW_TIMED_OUT), "WORKFLOW_TIMED_OUT");
    assertLine(
        step(EventType.STEP_SKIPPED, 0).setReason("when"), "STEP_SKIPPED        enrich when");
    assertLine(
        step(EventType.STEP_HELD, 0).setReason("window"), "STEP_HELD           enrich window");
    assertLine(step(EventType.STEP_REPEATED, 3), "STEP_REPEATED       enrich#3");
    assertLine(step(EventType.HEARTBEAT, 1), "HEARTBEAT           enrich#1");
    assertLine(
        event(EventType.SIGNAL_RECEIVED).setName("approve"), "SIGNAL_RECEIVED     'approve'");
    assertLine(
        event(EventType.WORKFLOW_PAUSED).setReason("night").setName("ops"),
        "WORKFLOW_PAUSED     night by ops");
    assertLine(event(EventType.WORKFLOW_RESUMED), "WORKFLOW_RESUMED");
    assertLine(event(EventType.WORKFLOW_ENDING).setReason("FAILED"), "WORKFLOW_ENDING     FAILED");
    assertLine(
        event(EventType.STEPS_RESET).setSteps(List.of("a", "b")).setName("ops"),
        "STEPS_RESET         a, b by ops");
    assertLine(
        event(EventType.PRIORITY_CHANGED).setNumber(0).setName("ops"),
        "PRIORITY_CHANGED    0 by ops");
    assertLine(
        event(EventType.CONTROL_REFUSED).setReason("step-open").setName("ops").setFailure(bad()),
        "CONTROL_REFUSED     step-open by ops Bad: no");
    assertLine(event(EventType.WORKFLOW_MIGRATED).setNumber(4), "WORKFLOW_MIGRATED   to version 4");
    assertLine(
        event(EventType.WORKFLOW_MIGRATED)
            .setNumber(4)
            .setReason("dry-run")
            .setName("ops")
            .setPayload(new Payload("", UTF_8.encode("{\"version\":4}"))),
        "WORKFLOW_MIGRATED   to version 4 dry-run by ops {\"version\":4}");
    assertLine(
        step(EventType.BRANCHES_OPENED, 0).setNumber(100_000), "BRANCHES_OPENED     enrich 100000");
    assertLine(
        step(EventType.BRANCHES_REPORTED, 1).setName("3").setReason("finished").setNumber(2),
        "BRANCHES_REPORTED   enrich#1 chunk 3 finished, failed: 2");
    assertLine(event(EventType.WORKFLOW_TERMINATED).setName("ops"), "WORKFLOW_TERMINATED by ops");
    assertLine(event(EventType.UNKNOWN), "UNKNOWN");
  }

  @Test
  void theScopeOfABranchStandsBeforeItsStepAndItsNumberBehindIt() {
    assertThat(
            EventText.line(
                new EventHistory.Entry(
                    "enrich/12",
                    7,
                    AT,
                    EventSource.COMPLETION,
                    0,
                    step(EventType.STEP_SUCCEEDED, 1).setNumber(12_007).build())))
        .isEqualTo("2026-11-21T10:00:00Z     7 STEP_SUCCEEDED      [enrich/12] enrich/12007#1");
  }

  private static void assertLine(WorkflowEvent.Builder event, String expected) {
    assertThat(
            EventText.line(
                new EventHistory.Entry("", 17, AT, EventSource.CONTROL, 0, event.build())))
        .isEqualTo("2026-11-21T10:00:00Z    17 " + expected);
  }

  private static WorkflowEvent.Builder event(EventType type) {
    return WorkflowEvent.newBuilder().setType(type);
  }

  private static WorkflowEvent.Builder step(EventType type, int attempt) {
    return event(type).setStep("enrich").setAttempt(attempt);
  }

  private static WorkflowEvent.Builder started() {
    return event(EventType.WORKFLOW_STARTED)
        .setStart(
            StartDetail.newBuilder()
                .setDefinition("quake")
                .setVersion(3)
                .setParent(new ParentStep("swarm-1", "quakes", 1, 1, -1))
                .build());
  }

  private static Failure bad() {
    return new Failure("Bad", "no", true);
  }
}
