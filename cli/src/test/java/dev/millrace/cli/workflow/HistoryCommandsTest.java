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

/** On the recorded events of one workflow: a step that fails once, and one that follows it. */
class HistoryCommandsTest {
  @RegisterExtension static final TestCluster CLUSTER = new TestCluster(3);
  private static final EventTopic EVENTS = new EventTopic(CLUSTER);
  private static final Instant START = EventTopic.AT;
  private static final String ID = "order-1";

  @TempDir private static Path folder;

  @BeforeAll
  static void record() throws Exception {
    Path definition =
        Files.writeString(
            folder.resolve("order.yaml"),
            """
            name: order
            version: 1
            steps:
              - id: pay
                timeout: 10s
                retry: {maxAttempts: 3, initialInterval: 1s}
              - id: ship
                dependsOn: [pay]
            """);
    CliRun registered = CLUSTER.run("register", definition.toString(), "--apply-topics");
    assertThat(registered.exitCode()).as(registered.err()).isZero();
    recordOrder();
  }

  private static void recordOrder() {
    long failed = complete("pay", 1, START.plusMillis(40), START.plusMillis(1_990));
    long paid = complete("pay", 2, START.plusMillis(3_005), START.plusMillis(3_105));
    long shipped = complete("ship", 1, START.plusMillis(3_120), START.plusMillis(3_130));
    Failure reset = new Failure("Unreachable", "connection reset", true);
    EVENTS.send(
        ID,
        0,
        START,
        EventSource.START,
        0,
        event(EventType.WORKFLOW_STARTED, "", 0)
            .setPayload(json("{\"amount\": 12}"))
            .setStart(StartDetail.newBuilder().setDefinition("order").setVersion(1).build()),
        event(EventType.STEP_DISPATCHED, "pay", 1).setDueAt(START.plusSeconds(10)));
    EVENTS.send(
        ID,
        2,
        START.plusMillis(2_000),
        EventSource.COMPLETION,
        failed,
        event(EventType.ATTEMPT_FAILED, "pay", 1)
            .setFailure(reset)
            .setDueAt(START.plusMillis(3_000)));
    EVENTS.send(
        ID,
        3,
        START.plusMillis(3_000),
        EventSource.TIMER,
        -1,
        event(EventType.STEP_DISPATCHED, "pay", 2).setDueAt(START.plusSeconds(13)));
    EVENTS.send(
        ID,
        4,
        START.plusMillis(3_110),
        EventSource.COMPLETION,
        paid,
        event(EventType.STEP_SUCCEEDED, "pay", 2).setPayload(json("{\"paid\": true}")),
        event(EventType.STEP_DISPATCHED, "ship", 1));
    EVENTS.send(
        ID,
        6,
        START.plusMillis(3_140),
        EventSource.COMPLETION,
        shipped,
        event(EventType.STEP_SUCCEEDED, "ship", 1),
        event(EventType.WORKFLOW_SUCCEEDED, "", 0));
  }

  @Test
  void stateAfterAnEventIsRebuilt() {
    CliRun run = CLUSTER.run("state", ID, "--at", "2");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines())
        .containsExactly(
            "workflow    order-1",
            "after event 2026-01-01T00:00:02Z     2 ATTEMPT_FAILED      pay#1 Unreachable: connection reset",
            "status      RUNNING",
            "definition  order/1",
            "priority    5",
            "started     2026-01-01T00:00:00Z",
            "input       {\"amount\":12}",
            "steps       0 of 2 succeeded, 0 open",
            "",
            "STEP  STATUS       ATTEMPT  DUE                   WAITS FOR  OUTPUT",
            "pay   BACKING_OFF  1        2026-01-01T00:00:03Z",
            "ship  WAITING                                     1 more");
  }

  @Test
  void stateAtATimeIsThatAfterTheLastEventUntilThen() {
    CliRun run = CLUSTER.run("state", ID, "--at", "2026-01-01T01:00:03.115+01:00", "--json");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().strip())
        .isEqualTo(
            "{\"workflowId\":\"order-1\",\"sequence\":5,\"at\":\"2026-01-01T00:00:03.110Z\",\"status\":\"RUNNING\","
                + "\"definition\":\"order\",\"version\":1,\"tenant\":\"\",\"priority\":5,\"startedAt\":\"2026-01-01T00:00:00Z\","
                + "\"input\":{\"amount\":12},\"steps\":["
                + "{\"id\":\"pay\",\"status\":\"SUCCEEDED\",\"attempt\":2,\"output\":{\"paid\":true}},"
                + "{\"id\":\"ship\",\"status\":\"OPEN\",\"attempt\":1}]}");
  }

  @Test
  void stateNowShowsTheStepsAsTheEndFoundThem() {
    assertThat(CLUSTER.run("state", ID).out())
        .contains("status      SUCCEEDED")
        .contains("ended       2026-01-01T00:00:03.140Z")
        .contains("steps       2 of 2 succeeded, 0 open, when it ended")
        .contains("pay   SUCCEEDED  2                        {\"paid\":true}")
        .contains("ship  SUCCEEDED  1");
  }

  @Test
  void stateBehindTheLastEventIsToldToBeThatOfTheEnd() {
    for (String at : new String[] {"8", "2026-01-02T00:00:00Z"}) {
      CliRun behind = CLUSTER.run("state", ID, "--at", at);
      assertThat(behind.exitCode()).as(behind.err()).isZero();
      assertThat(behind.out()).contains("status      SUCCEEDED");
      assertThat(behind.err().strip())
          .isEqualTo(
              "millrace: --at %s is behind the last event, 7 of 2026-01-01T00:00:03.140Z: this is the state as that one left it"
                  .formatted(at));
    }
    for (String at : new String[] {"7", "2026-01-01T00:00:03.140Z", "3"}) {
      assertThat(CLUSTER.run("state", ID, "--at", at).err()).isEmpty();
    }
  }

  @Test
  void stateThatCannotBeRebuiltSaysWhy() {
    assertThat(CLUSTER.run("state", "nobody").err())
        .startsWith("millrace: workflow 'nobody': no events");
    CliRun before = CLUSTER.run("state", ID, "--at", "2025-12-31T23:59:59Z");
    assertThat(before.exitCode()).isEqualTo(1);
    assertThat(before.err()).contains("there was none at 2025-12-31T23:59:59Z");
    CliRun never = CLUSTER.run("state", ID, "--at", "soon");
    assertThat(never.exitCode()).isEqualTo(2);
    assertThat(never.err()).contains("--at soon: must be the number of an event, or a time");
    EVENTS.send(
        "late", 7, START, EventSource.TIMER, -1, event(EventType.STEP_DISPATCHED, "pay", 2));
    assertThat(CLUSTER.run("state", "late").err())
        .contains("its first event is STEP_DISPATCHED 7")
        .contains("can only be rebuilt from the start");
    EVENTS.send(
        "lost",
        0,
        START,
        EventSource.START,
        0,
        event(EventType.WORKFLOW_STARTED, "", 0)
            .setStart(StartDetail.newBuilder().setDefinition("gone").setVersion(3).build()));
    assertThat(CLUSTER.run("state", "lost").err()).contains("gone/3 is not published any more");
  }

  @Test
  void attemptsStandSideBySide() {
    CliRun run = CLUSTER.run("diff-attempts", ID, "pay");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines())
        .containsExactly(
            "step pay of order-1",
            "                attempt 1                      attempt 2",
            "result          ATTEMPT_FAILED                 STEP_SUCCEEDED",
            "dispatched      2026-01-01T00:00:00Z           2026-01-01T00:00:03Z",
            "times out       2026-01-01T00:00:10Z           2026-01-01T00:00:13Z",
            "ended           2026-01-01T00:00:02Z           2026-01-01T00:00:03.110Z",
            "took            2000 ms                        110 ms",
            "  in the queue  40 ms                          5 ms",
            "  running       1950 ms                        100 ms",
            "  reporting     10 ms                          5 ms",
            "worker          w-1                            w-2",
            "failure         Unreachable: connection reset  -",
            "next attempt    2026-01-01T00:00:03Z           -",
            "output          -                              {\"paid\":true}");
  }

  @Test
  void attemptsAreOneJsonObjectToo() {
    assertThat(CLUSTER.run("diff-attempts", ID, "pay", "2", "1", "--json").out().strip())
        .isEqualTo(
            "{\"workflowId\":\"order-1\",\"step\":\"pay\",\"attempts\":["
                + "{\"attempt\":2,\"result\":\"STEP_SUCCEEDED\",\"dispatchedAt\":\"2026-01-01T00:00:03Z\",\"timesOutAt\":\"2026-01-01T00:00:13Z\","
                + "\"endedAt\":\"2026-01-01T00:00:03.110Z\",\"tookMs\":110,\"queueMs\":5,\"runMs\":100,\"reportMs\":5,\"worker\":\"w-2\","
                + "\"output\":{\"paid\":true}},"
                + "{\"attempt\":1,\"result\":\"ATTEMPT_FAILED\",\"dispatchedAt\":\"2026-01-01T00:00:00Z\",\"timesOutAt\":\"2026-01-01T00:00:10Z\","
                + "\"endedAt\":\"2026-01-01T00:00:02Z\",\"tookMs\":2000,\"queueMs\":40,\"runMs\":1950,\"reportMs\":10,\"worker\":\"w-1\","
                + "\"failure\":{\"type\":\"Unreachable\",\"message\":\"connection reset\",\"retryable\":true},"
                + "\"nextAttemptAt\":\"2026-01-01T00:00:03Z\"}]}");
  }

  @Test
  void theOnlyAttemptStandsAloneAndMissingOnesAreNamed() {
    assertThat(CLUSTER.run("diff-attempts", ID, "ship").out())
        .contains("attempt 1")
        .contains("STEP_SUCCEEDED")
        .doesNotContain("attempt 2");
    CliRun third = CLUSTER.run("diff-attempts", ID, "pay", "1", "3");
    assertThat(third.exitCode()).isEqualTo(1);
    assertThat(third.err()).contains("step 'pay' has no attempt 3; it has [1, 2]");
    assertThat(CLUSTER.run("diff-attempts", ID, "pay", "1").exitCode()).isEqualTo(2);
    assertThat(CLUSTER.run("diff-attempts", ID, "mail").err())
        .contains("of an attempt of step 'mail'");
  }

  @Test
  void publishedDefinitionIsComparedWithAFile() throws Exception {
    Path changed =
        Files.writeString(
            folder.resolve("changed.yaml"),
            Files.readString(folder.resolve("order.yaml")).replace("10s", "20s"));

    CliRun run = CLUSTER.run("diff", "order/1", changed.toString());

    assertThat(run.exitCode()).as(run.err()).isEqualTo(1);
    assertThat(run.out()).contains("--- order/1\n").contains("    timeout: 10s -> 20s");
    assertThat(CLUSTER.run("diff", "order/1", folder.resolve("order.yaml").toString()).exitCode())
        .isZero();
    CliRun absent = CLUSTER.run("diff", "order/1", "order/2");
    assertThat(absent.exitCode()).isEqualTo(2);
    assertThat(absent.err()).contains("order/2: neither a file nor a published definition");
  }

  private static long complete(String step, int attempt, Instant startedAt, Instant endedAt) {
    StepCompletion completion =
        StepCompletion.newBuilder()
            .setStep(step)
            .setAttempt(attempt)
            .setStatus(CompletionStatus.SUCCEEDED)
            .setStartedAt(startedAt)
            .setEndedAt(endedAt)
            .setWorker("w-" + attempt)
            .build();
    return CLUSTER.send(StepCompletion.class, CLUSTER.topics().completions(), ID, completion);
  }

  private static WorkflowEvent.Builder event(EventType type, String step, int attempt) {
    return WorkflowEvent.newBuilder().setType(type).setStep(step).setAttempt(attempt);
  }

  private static Payload json(String text) {
    return new Payload("", ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }
}
