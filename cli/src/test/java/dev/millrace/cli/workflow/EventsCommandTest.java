package dev.millrace.cli.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.CliRun;
import dev.millrace.cli.TestCluster;
import dev.millrace.cli.connection.RecordSender;
import dev.millrace.schemas.v1.EventType;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class EventsCommandTest {
  @RegisterExtension static final TestCluster CLUSTER = new TestCluster(3);
  private static final EventTopic EVENTS = new EventTopic(CLUSTER);
  @TempDir private Path folder;

  @Test
  void eventsAreShownInOrderWithoutThoseThatWereSuperseded() {
    EVENTS.send("w3", 0, EventType.WORKFLOW_STARTED, EventType.STEP_DISPATCHED);
    EVENTS.send("other", 0, EventType.WORKFLOW_REJECTED);
    EVENTS.send("w3", 2, EventType.STEP_SUCCEEDED, EventType.WORKFLOW_SUCCEEDED);
    EVENTS.send("w3", 2, EventType.WORKFLOW_CANCELLED);

    CliRun run = CLUSTER.run("events", "w3");

    assertThat(run.out().lines())
        .extracting(line -> line.replaceAll("\\S+ +(\\d+) (\\S+).*", "$1 $2"))
        .containsExactly("0 WORKFLOW_STARTED", "1 STEP_DISPATCHED", "2 WORKFLOW_CANCELLED");
    assertThat(CLUSTER.run("events", "w3", "--json").out())
        .contains(
            "{\"id\":\"w3/2\",\"at\":\"2026-01-01T00:00:00Z\",\"type\":\"WORKFLOW_CANCELLED\"}");
    assertThat(CLUSTER.run("events", "w3", "--follow").exitCode()).isZero();
    CliRun none = CLUSTER.run("events", "nobody");
    assertThat(none.exitCode()).isEqualTo(1);
    assertThat(none.err()).startsWith("millrace: workflow 'nobody': no events");
  }

  @Test
  void recordThatCannotBeReadIsSkippedWithAWarning() throws Exception {
    String events = CLUSTER.topics().events();
    long offset = RecordSender.send(CLUSTER.connection(), events, "w9", new byte[] {1, 2, 3});
    EVENTS.send("w9", 0, EventType.WORKFLOW_STARTED, EventType.WORKFLOW_SUCCEEDED);

    CliRun shown = CLUSTER.run("events", "w9");

    assertThat(shown.exitCode()).as(shown.err()).isZero();
    assertThat(shown.out()).contains("WORKFLOW_SUCCEEDED");
    assertThat(shown.err())
        .containsPattern("topic " + events + ", partition \\d, offset " + offset + ": skipped");

    Path definition =
        Files.writeString(
            folder.resolve("d.yaml"),
            "name: skip\nversion: 1\nsteps:\n  - id: a\n    type: a\n    queue: q\n");
    RecordSender.send(
        CLUSTER.connection(), CLUSTER.topics().definitions(), "skip/1", new byte[] {0, 0, 0, 0});
    CliRun registered = CLUSTER.run("register", definition.toString(), "--apply-topics");
    assertThat(registered.exitCode()).as(registered.err()).isZero();
    assertThat(registered.out()).contains("published skip/1");
    assertThat(registered.err()).contains("topic " + CLUSTER.topics().definitions());
  }
}
