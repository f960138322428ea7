package dev.millrace.cli.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.CliRun;
import dev.millrace.cli.TestCluster;
import dev.millrace.schemas.v1.EventSource;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.StartDetail;
import dev.millrace.schemas.v1.WorkflowEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What can be rebuilt of workflows whose definitions publish fewer events. */
class FewerEventsTest {
  @RegisterExtension static final TestCluster CLUSTER = new TestCluster(1);
  private static final EventTopic EVENTS = new EventTopic(CLUSTER);

  @TempDir private static Path folder;

  /** A workflow that has started, and whatever else the log has of it. */
  private static void record(String definition, WorkflowEvent.Builder... more) throws Exception {
    Path file =
        Files.writeString(
            folder.resolve(definition + ".yaml"),
            """
            name: %s
            version: 1
            events: %s
            steps: [{id: pay}, {id: ship}]
            """
                .formatted(definition, definition));
    CliRun registered = CLUSTER.run("register", file.toString(), "--apply-topics");
    assertThat(registered.exitCode()).as(registered.err()).isZero();
    WorkflowEvent.Builder[] events = new WorkflowEvent.Builder[more.length + 1];
    events[0] =
        WorkflowEvent.newBuilder()
            .setType(EventType.WORKFLOW_STARTED)
            .setStart(StartDetail.newBuilder().setDefinition(definition).setVersion(1).build());
    System.arraycopy(more, 0, events, 1, more.length);
    EVENTS.send("of-" + definition, 0, EventTopic.AT, EventSource.START, 0, events);
  }

  @Test
  void stateWithoutDetailsSaysWhatIsMissing() throws Exception {
    record(
        "steps",
        WorkflowEvent.newBuilder().setType(EventType.STEP_DISPATCHED).setStep("pay").setAttempt(1));

    CliRun run = CLUSTER.run("state", "of-steps");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.err()).contains("definition steps/1 publishes no held steps and heartbeats");
    assertThat(run.out()).contains("pay   OPEN").contains("ship  WAITING");
  }

  @Test
  void stateWithoutEventsOfStepsIsRefused() throws Exception {
    record("workflow");

    CliRun run = CLUSTER.run("state", "of-workflow");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .contains("definition workflow/1 publishes no events of its steps")
        .contains("'millrace status of-workflow' shows the present one");
  }
}
