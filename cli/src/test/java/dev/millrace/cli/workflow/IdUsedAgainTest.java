package dev.millrace.cli.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.CliRun;
import dev.millrace.cli.TestCluster;
import dev.millrace.schemas.v1.EventSource;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.StartDetail;
import dev.millrace.schemas.v1.WorkflowEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** On the recorded events of an id that two workflows of different definitions have had. */
class IdUsedAgainTest {
  @RegisterExtension static final TestCluster CLUSTER = new TestCluster(1);
  private static final EventTopic EVENTS = new EventTopic(CLUSTER);
  private static final Instant START = EventTopic.AT;
  private static final String ID = "nightly";

  @TempDir private static Path folder;

  @BeforeAll
  static void record() throws Exception {
    register("price", "pay");
    register("parcel", "ship");
    send(ID, 0, 0, start("price"), step(EventType.STEP_DISPATCHED, "pay", 1));
    send(ID, 2, 1, step(EventType.STEP_SUCCEEDED, "pay", 1), type(EventType.WORKFLOW_SUCCEEDED));
    send(ID, 4, 10, start("parcel"), step(EventType.STEP_DISPATCHED, "ship", 2));
  }

  @Test
  void stateIsOfTheLastWorkflowByItsOwnDefinition() {
    CliRun run = CLUSTER.run("state", ID);

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("of this id  2 of 2 in the log\n")
        .contains("definition  parcel/1\n")
        .contains("ship  OPEN    2\n")
        .doesNotContain("pay");
    assertThat(CLUSTER.run("state", ID, "--json").out())
        .startsWith(
            "{\"workflowId\":\"nightly\",\"ofThisId\":2,\"workflowsOfThisId\":2,\"sequence\":5,");
  }

  @Test
  void sequenceNumbersAndTimesTellWhichWorkflowIsMeant() {
    for (String at : new String[] {"3", "2026-01-01T00:00:09Z"}) {
      assertThat(CLUSTER.run("state", ID, "--at", at).out())
          .contains("of this id  1 of 2 in the log\n")
          .contains("status      SUCCEEDED\n")
          .contains("definition  price/1\n")
          .contains("pay   SUCCEEDED  1");
    }
    for (String at : new String[] {"4", "2026-01-01T00:00:10Z"}) {
      assertThat(CLUSTER.run("state", ID, "--at", at).out()).contains("of this id  2 of 2");
    }
  }

  @Test
  void stateIsRebuiltFromTheStartThatTheLogStillHas() {
    send("cut", 2_001, 0, step(EventType.STEP_SUCCEEDED, "pay", 1_200));
    send("cut", 2_002, 1, type(EventType.WORKFLOW_SUCCEEDED));
    send("cut", 2_003, 2, start("parcel"), step(EventType.STEP_DISPATCHED, "ship", 1_201));

    assertThat(CLUSTER.run("state", "cut").out())
        .contains("definition  parcel/1\n")
        .contains("ship  OPEN    1201\n")
        .doesNotContain("of this id");
    assertThat(CLUSTER.run("state", "cut", "--at", "2002").err())
        .contains("its first event is STEP_SUCCEEDED 2001")
        .contains("can only be rebuilt from the start");
  }

  @Test
  void attemptsGoOnWhereNoneOfTheNextWorkflowTellsTheirNumber() {
    send("held", 0, 0, start("price"), step(EventType.STEP_DISPATCHED, "pay", 1));
    send(
        "held",
        2,
        1,
        type(EventType.WORKFLOW_CANCELLED).setFailure(new Failure("Cancelled", "enough", false)),
        start("parcel"),
        step(EventType.STEP_HELD, "ship", 0).setReason("window").setDueAt(START.plusSeconds(60)));

    assertThat(CLUSTER.run("state", "held").out())
        .contains("of this id  2 of 2 in the log\n")
        .contains("ship  READY   1        2026-01-01T00:01:00Z");
  }

  private static void register(String name, String step) throws Exception {
    Path file =
        Files.writeString(
            folder.resolve(name + ".yaml"),
            "name: %s\nversion: 1\nsteps:\n  - id: %s\n".formatted(name, step));
    CliRun registered = CLUSTER.run("register", file.toString(), "--apply-topics");
    assertThat(registered.exitCode()).as(registered.err()).isZero();
  }

  private static void send(String id, long first, int second, WorkflowEvent.Builder... events) {
    EVENTS.send(id, first, START.plusSeconds(second), EventSource.TIMER, -1, events);
  }

  private static WorkflowEvent.Builder start(String definition) {
    return type(EventType.WORKFLOW_STARTED)
        .setStart(StartDetail.newBuilder().setDefinition(definition).setVersion(1).build());
  }

  private static WorkflowEvent.Builder step(EventType type, String step, int attempt) {
    return type(type).setStep(step).setAttempt(attempt);
  }

  private static WorkflowEvent.Builder type(EventType type) {
    return WorkflowEvent.newBuilder().setType(type);
  }
}
