package dev.millrace.cli.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.CliRun;
import dev.millrace.cli.TestCluster;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.EventSource;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.StartDetail;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.v1.WorkflowEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** On the recorded events of a workflow with a step of three branches, one of which fails. */
class BranchCommandsTest {
  @RegisterExtension static final TestCluster CLUSTER = new TestCluster(3);
  private static final EventTopic EVENTS = new EventTopic(CLUSTER);
  private static final Instant START = EventTopic.AT;
  private static final String ID = "load-1";
  private static final StartDetail LOAD =
      StartDetail.newBuilder().setDefinition("load").setVersion(1).build();

  @TempDir private static Path folder;

  @BeforeAll
  static void record() throws Exception {
    Path definition =
        Files.writeString(
            folder.resolve("load.yaml"),
            """
            name: load
            version: 1
            steps:
              - id: each
                retry: {maxAttempts: 2, initialInterval: 1s}
                forEach: {items: input, tolerate: 1}
              - id: last
                dependsOn: [each]
            """);
    CliRun registered = CLUSTER.run("register", definition.toString(), "--apply-topics");
    assertThat(registered.exitCode()).as(registered.err()).isZero();
    recordLoad();
  }

  private static void recordLoad() {
    Failure failure = new Failure("Broken", "no such file", true);
    ofBranches(
        0,
        START,
        event(EventType.BRANCHES_OPENED, "each", 0).setNumber(3).setStart(LOAD),
        branch(EventType.STEP_DISPATCHED, 0, 1),
        branch(EventType.STEP_DISPATCHED, 1, 1),
        branch(EventType.STEP_DISPATCHED, 2, 1));
    ofWorkflow(
        0,
        START,
        event(EventType.WORKFLOW_STARTED, "", 0).setPayload(json("[1,2,3]")).setStart(LOAD),
        event(EventType.BRANCHES_OPENED, "each", 1).setNumber(3));
    ofBranches(
        4,
        START.plusSeconds(1),
        branch(EventType.STEP_SUCCEEDED, 0, 1).setPayload(json("\"one\"")));
    ofBranches(
        5,
        START.plusSeconds(2),
        branch(EventType.ATTEMPT_FAILED, 1, 1).setFailure(failure).setDueAt(START.plusSeconds(3)));
    ofWorkflow(2, START.plusMillis(2_500), event(EventType.PRIORITY_CHANGED, "", 0).setNumber(7));
    ofBranches(6, START.plusSeconds(3), branch(EventType.STEP_DISPATCHED, 1, 2));
    EVENTS.send(
        ID,
        "each/0",
        7,
        START.plusSeconds(4),
        EventSource.COMPLETION,
        CLUSTER.send(
            StepCompletion.class,
            CLUSTER.topics().completions(),
            ID,
            StepCompletion.newBuilder()
                .setStep("each")
                .setBranch(1)
                .setAttempt(2)
                .setStatus(CompletionStatus.FAILED)
                .setStartedAt(START.plusMillis(3_500))
                .setEndedAt(START.plusMillis(3_900))
                .setWorker("w-1")
                .build()),
        branch(EventType.STEP_FAILED, 1, 2).setFailure(failure).setReason("fail"));
    ofWorkflow(
        3,
        START.plusSeconds(4),
        event(EventType.BRANCHES_REPORTED, "each", 1)
            .setName("0")
            .setNumber(1)
            .setReason("running"));
  }

  @Test
  void stateCountsTheBranchesOfEachStepByTheirStatus() {
    CliRun run = CLUSTER.run("state", ID);

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines())
        .endsWith(
            "STEP  STATUS     ATTEMPT  DUE  WAITS FOR  OUTPUT",
            "each  SUSPENDED  1",
            "last  WAITING                  1 more",
            "",
            "STEP  BRANCHES  BY STATUS",
            "each  3         1 OPEN, 1 SUCCEEDED, 1 FAILED");
  }

  @Test
  void branchesBehindAnEventAreThoseBeforeTheNextEventOfTheWorkflow() {
    assertThat(CLUSTER.run("state", ID, "--at", "1").out())
        .endsWith("each  3         1 OPEN, 1 BACKING_OFF, 1 SUCCEEDED\n");
    assertThat(CLUSTER.run("state", ID, "--at", "2").out())
        .endsWith("each  3         1 OPEN, 1 SUCCEEDED, 1 FAILED\n");
    assertThat(CLUSTER.run("state", ID, "--at", "0").out())
        .as("before the step has branches")
        .doesNotContain("BRANCHES");
  }

  @Test
  void branchesAtATimeAreThoseUntilThen() {
    assertThat(CLUSTER.run("state", ID, "--at", "2026-01-01T00:00:00.999Z").out())
        .endsWith("each  3         3 OPEN\n");
    assertThat(CLUSTER.run("state", ID, "--at", "2026-01-01T00:00:03Z").out())
        .endsWith("each  3         2 OPEN, 1 SUCCEEDED\n");
  }

  @Test
  void eachBranchIsShownWhenAskedFor() {
    assertThat(CLUSTER.run("state", ID, "--branches", "each").out().lines())
        .endsWith(
            "",
            "BRANCH  STATUS     ATTEMPT  DUE  CHILD  FAILURE",
            "0       SUCCEEDED  1",
            "1       FAILED     2                    Broken: no such file",
            "2       OPEN       1");
    assertThat(CLUSTER.run("state", ID, "--branches", "each", "--at", "1").out())
        .contains(
            "1       BACKING_OFF  1        2026-01-01T00:00:03Z         Broken: no such file");
  }

  @Test
  void branchesAreInTheJsonObjectOfTheirStep() {
    assertThat(CLUSTER.run("state", ID, "--json").out())
        .contains(
            "{\"id\":\"each\",\"status\":\"SUSPENDED\",\"attempt\":1,"
                + "\"branches\":{\"count\":3,\"items\":3,\"byStatus\":{\"OPEN\":1,\"SUCCEEDED\":1,\"FAILED\":1}}}");
    assertThat(CLUSTER.run("state", ID, "--branches", "each", "--page", "0", "--json").out())
        .contains(
            "\"list\":[{\"branch\":0,\"status\":\"SUCCEEDED\",\"attempt\":1},"
                + "{\"branch\":1,\"status\":\"FAILED\",\"attempt\":2,\"failure\":{\"type\":\"Broken\",\"message\":\"no such file\"}},"
                + "{\"branch\":2,\"status\":\"OPEN\",\"attempt\":1}]}");
  }

  @Test
  void branchesThatCannotBeShownSayWhy() {
    CliRun beyond = CLUSTER.run("state", ID, "--branches", "each", "--page", "1");
    assertThat(beyond.exitCode()).isEqualTo(1);
    assertThat(beyond.err()).contains("step 'each' has 3 branches, which are the pages 0 to 0");
    assertThat(CLUSTER.run("state", ID, "--branches", "last").err())
        .contains("step 'last' is WAITING and has no branches then");
    assertThat(CLUSTER.run("state", ID, "--branches", "pay").err())
        .contains("definition load/1 has no step 'pay'");
    assertThat(CLUSTER.run("state", ID, "--page", "1").exitCode()).isEqualTo(2);
  }

  @Test
  void branchesOfWhichEventsAreMissingAreUnknown() {
    String id = "load-2";
    EVENTS.send(
        id,
        0,
        START,
        EventSource.START,
        0,
        event(EventType.WORKFLOW_STARTED, "", 0).setStart(LOAD),
        event(EventType.BRANCHES_OPENED, "each", 1).setNumber(2));

    CliRun run = CLUSTER.run("state", id);

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).endsWith("each  2         2 UNKNOWN\n");
    assertThat(run.err())
        .contains("branches of step 'each' are UNKNOWN: there is no event of each/0");
  }

  @Test
  void attemptsOfABranchStandSideBySide() {
    CliRun run = CLUSTER.run("diff-attempts", ID, "each", "--branch", "1");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines())
        .containsExactly(
            "branch 1 of step each of load-1",
            "                attempt 1             attempt 2",
            "result          ATTEMPT_FAILED        STEP_FAILED",
            "dispatched      2026-01-01T00:00:00Z  2026-01-01T00:00:03Z",
            "ended           2026-01-01T00:00:02Z  2026-01-01T00:00:04Z",
            "took            2000 ms               1000 ms",
            "  in the queue  -                     500 ms",
            "  running       -                     400 ms",
            "  reporting     -                     100 ms",
            "worker          -                     w-1",
            "failure         Broken: no such file  Broken: no such file",
            "next attempt    2026-01-01T00:00:03Z  -");
    assertThat(CLUSTER.run("diff-attempts", ID, "each", "--branch", "0", "--json").out().strip())
        .isEqualTo(
            "{\"workflowId\":\"load-1\",\"step\":\"each\",\"branch\":0,\"attempts\":["
                + "{\"attempt\":1,\"result\":\"STEP_SUCCEEDED\",\"dispatchedAt\":\"2026-01-01T00:00:00Z\","
                + "\"endedAt\":\"2026-01-01T00:00:01Z\",\"tookMs\":1000,\"output\":\"one\"}]}");
    assertThat(CLUSTER.run("diff-attempts", ID, "each", "--branch", "2").out()).contains("OPEN");
  }

  @Test
  void attemptsOfTheStepAreNotThoseOfItsBranches() {
    assertThat(CLUSTER.run("diff-attempts", ID, "each").out())
        .contains("attempt 1")
        .contains("OPEN")
        .doesNotContain("attempt 2");
    CliRun third = CLUSTER.run("diff-attempts", ID, "each", "--branch", "3");
    assertThat(third.exitCode()).isEqualTo(1);
    assertThat(third.err()).contains("no event is of an attempt of branch 3 of step 'each'");
    assertThat(CLUSTER.run("diff-attempts", ID, "each", "1", "2", "--branch", "2").err())
        .contains("branch 2 of step 'each' has no attempt 2; it has [1]");
    assertThat(CLUSTER.run("diff-attempts", ID, "each", "--branch", "-1").exitCode()).isEqualTo(2);
  }

  private static void ofWorkflow(long sequence, Instant at, WorkflowEvent.Builder... events) {
    EVENTS.send(ID, sequence, at, EventSource.TIMER, -1, events);
  }

  private static void ofBranches(long sequence, Instant at, WorkflowEvent.Builder... events) {
    EVENTS.send(ID, "each/0", sequence, at, EventSource.TIMER, -1, events);
  }

  private static WorkflowEvent.Builder branch(EventType type, int number, int attempt) {
    return event(type, "each", attempt).setNumber(number);
  }

  private static WorkflowEvent.Builder event(EventType type, String step, int attempt) {
    return WorkflowEvent.newBuilder().setType(type).setStep(step).setAttempt(attempt);
  }

  private static Payload json(String text) {
    return new Payload("", ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }
}
