package dev.millrace.cli.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.CliRun;
import dev.millrace.cli.Millrace;
import dev.millrace.cli.TestCluster;
import dev.millrace.schemas.v1.DuplicatePolicy;
import dev.millrace.schemas.v1.EventSource;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.WorkflowStart;
import dev.millrace.testing.JvmProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class StartCommandTest {
  @RegisterExtension static final TestCluster CLUSTER = new TestCluster(3);
  private static final EventTopic EVENTS = new EventTopic(CLUSTER);
  @TempDir private Path folder;

  @Test
  void startSendsOneRecordAndPrintsTheId() {
    CliRun run =
        CLUSTER.run(
            "start",
            "order/3",
            "--id",
            "w1",
            "--input",
            "{\"a\":1}",
            "--tenant",
            "t",
            "--priority",
            "9");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().strip()).isEqualTo("w1");
    WorkflowStart start = sent("w1");
    assertThat(start.getDefinition()).isEqualTo("order");
    assertThat(start.getVersion()).isEqualTo(3);
    assertThat(start.getTenant()).isEqualTo("t");
    assertThat(start.getPriority()).isEqualTo(9);
    assertThat(StandardCharsets.UTF_8.decode(start.getInput().getData()).toString())
        .isEqualTo("{\"a\":1}");
  }

  /** Avro trusts the classes of records only once something has made a codec for them. */
  @Test
  void startWorksInAJvmThatHasMadeNoRecordBefore() throws Exception {
    try (JvmProcess start =
        JvmProcess.start(Millrace.class, CLUSTER.arguments("start", "order", "--id", "fresh"))) {
      assertThat(start.awaitLine("fresh")).isEqualTo("fresh");
    }
  }

  @Test
  void wrongValuesAreRefusedBeforeAnythingIsSent() {
    assertThat(CLUSTER.run("start", "a", "--input", "{\n  \"a\": ").err())
        .startsWith("millrace: input: not JSON: line 2, column 8: Unexpected end-of-input")
        .doesNotContain("Source", "REDACTED", "UNKNOWN");
    assertThat(CLUSTER.run("start", "a", "--priority", "10").err())
        .contains("priority 10: must be 0 to 9");
    assertThat(CLUSTER.run("start", "a/x").err())
        .contains("'a/x': after the slash comes a version");
    assertThat(CLUSTER.run("start", "a", "--id", "i".repeat(257)).err()).contains("257 bytes");
    CliRun absent = CLUSTER.run("start", "a", "--input", "@absent");
    assertThat(absent.exitCode()).isEqualTo(2);
    assertThat(absent.err()).startsWith("millrace: input: file absent does not exist");
    assertThat(CLUSTER.run("start", "a", "--input", "@" + folder).err())
        .contains("is a folder, not a file");
  }

  @Test
  void waitingStartEndsWithTheWorkflow() {
    assertThat(waitFor("w4", EventType.WORKFLOW_SUCCEEDED).exitCode()).isZero();
    CliRun failed = waitFor("w5", EventType.WORKFLOW_FAILED);
    assertThat(failed.exitCode()).isEqualTo(1);
    assertThat(failed.out()).contains("WORKFLOW_FAILED");
  }

  @Test
  void waitingStartWithATakenIdSaysSo() throws Exception {
    EVENTS.send("w6", 0, EventType.WORKFLOW_STARTED);
    assertIdTaken(CLUSTER.run("start", "a", "--id", "w6", "--wait"), "w6");

    try (FakeEngine engine =
        new FakeEngine(path -> path.equals("/workflows/w7") ? "{\"workflowId\":\"w7\"}" : "")) {
      assertIdTaken(
          CLUSTER.run("start", "a", "--id", "w7", "--wait", "--http", engine.url()), "w7");
      assertThat(CLUSTER.records(WorkflowStart.class, CLUSTER.topics().starts(), "w7")).isEmpty();
    }
  }

  @Test
  void waitingStartWithATakenIdSaysSoHoweverShortItWaits() {
    EVENTS.send("w10", 0, EventType.WORKFLOW_STARTED);

    assertIdTaken(
        CLUSTER.run("start", "a", "--id", "w10", "--wait", "--wait-limit", "PT0.1S"), "w10");
    CliRun unheard = CLUSTER.run("start", "a", "--id", "w11", "--wait", "--wait-limit", "100ms");
    assertThat(unheard.exitCode()).isEqualTo(1);
    assertThat(unheard.err()).contains("workflow 'w11': not ended after 100ms");
  }

  @Test
  void waitingStartSaysSoWhenAWorkflowOfItsIdIsSeenToGoOn() {
    CompletableFuture<CliRun> run =
        CompletableFuture.supplyAsync(() -> CLUSTER.run("start", "a", "--id", "w8", "--wait"));
    sent("w8");
    EVENTS.send("w8", 7, EventType.WORKFLOW_SUCCEEDED);

    assertIdTaken(run.join(), "w8");
  }

  @Test
  void waitingStartPassesOverWhatIsSaidOfBranchesBeforeItsBeginning() {
    CompletableFuture<CliRun> run =
        CompletableFuture.supplyAsync(() -> CLUSTER.run("start", "a", "--id", "w20", "--wait"));
    long start = CLUSTER.found(WorkflowStart.class, CLUSTER.topics().starts(), "w20").offset();
    EVENTS.sendOfBranches("w20", "each/0", EventType.BRANCHES_OPENED);
    EVENTS.send(
        "w20",
        0,
        EventSource.START,
        start,
        EventType.WORKFLOW_STARTED,
        EventType.WORKFLOW_SUCCEEDED);

    assertThat(run.join().exitCode()).isZero();
  }

  @Test
  void waitingStartThatCancelsTheOtherWaitsForItsOwnWorkflow() {
    CompletableFuture<CliRun> run =
        CompletableFuture.supplyAsync(
            () ->
                CLUSTER.run(
                    "start", "a", "--id", "w12", "--on-duplicate", "cancel-existing", "--wait"));
    long start = CLUSTER.found(WorkflowStart.class, CLUSTER.topics().starts(), "w12").offset();
    EVENTS.send("w12", 7, EventSource.START, start, EventType.WORKFLOW_CANCELLED);
    EVENTS.send(
        "w12",
        8,
        EventSource.START,
        start,
        EventType.WORKFLOW_STARTED,
        EventType.WORKFLOW_SUCCEEDED);

    assertThat(run.join().exitCode()).as(run.join().err()).isZero();
    assertThat(run.join().out()).contains("9 WORKFLOW_SUCCEEDED");
    assertThat(sent("w12").getOnDuplicate()).isEqualTo(DuplicatePolicy.CANCEL_EXISTING);
    assertThat(CLUSTER.run("start", "a", "--on-duplicate", "anew").err())
        .contains("'anew': must be one of reject, return-existing");
  }

  @Test
  void waitingStartThatIsContentWithTheOtherIsNoFailure() {
    EVENTS.send("w13", 0, EventType.WORKFLOW_STARTED);
    CliRun run =
        CLUSTER.run("start", "a", "--id", "w13", "--on-duplicate", "return-existing", "--wait");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.err()).contains("is there already and was left as it is");
  }

  /** A start that waits, and an engine that ends the workflow once it sees the start. */
  private static CliRun waitFor(String id, EventType end) {
    CompletableFuture<CliRun> run =
        CompletableFuture.supplyAsync(() -> CLUSTER.run("start", "a", "--id", id, "--wait"));
    long start = CLUSTER.found(WorkflowStart.class, CLUSTER.topics().starts(), id).offset();
    EVENTS.send(id, 0, EventSource.START, start, EventType.WORKFLOW_STARTED, end);
    return run.join();
  }

  private static void assertIdTaken(CliRun run, String id) {
    assertThat(run.exitCode()).as(run.err()).isEqualTo(3);
    assertThat(run.err())
        .contains("millrace: workflow '" + id + "': the id is taken by an earlier start");
  }

  private static WorkflowStart sent(String id) {
    return CLUSTER.found(WorkflowStart.class, CLUSTER.topics().starts(), id).value();
  }
}
