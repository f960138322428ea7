package dev.millrace.cli.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.CliRun;
import dev.millrace.cli.TestCluster;
import dev.millrace.schemas.v1.ControlAction;
import dev.millrace.schemas.v1.EventSource;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.WorkflowControl;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class ControlCommandTest {
  @RegisterExtension static final TestCluster CLUSTER = new TestCluster(3);
  private static final EventTopic EVENTS = new EventTopic(CLUSTER);

  @Test
  void cancelSendsOneRecord() {
    CliRun run = CLUSTER.run("cancel", "w2", "--reason", "wrong address");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .isEqualToIgnoringNewLines("cancel of w2 sent; 'millrace events w2' shows its effect");
    WorkflowControl control = sent("w2");
    assertThat(control.getAction()).isEqualTo(ControlAction.CANCEL);
    assertThat(control.getReason()).isEqualTo("wrong address");
  }

  @Test
  void everyControlCarriesItsDetailsAndAnId() {
    assertThat(control("pause", "c1").getId()).isNotEmpty();
    WorkflowControl signal =
        control("signal", "c2", "--name", "approve", "--payload", "{\"by\":1}", "--id", "once");
    assertThat(signal.getId()).isEqualTo("once");
    assertThat(signal.getName()).isEqualTo("approve");
    assertThat(StandardCharsets.UTF_8.decode(signal.getPayload().getData()).toString())
        .isEqualTo("{\"by\":1}");
    WorkflowControl resolve = control("resolve", "c3", "--step", "pay", "--output", "7");
    assertThat(resolve.getAction()).isEqualTo(ControlAction.RESOLVE_STEP);
    assertThat(resolve.getStep()).isEqualTo("pay");
    assertThat(resolve.getPayload()).isNotNull();
    assertThat(control("retry", "c4", "--step", "pay").getAction())
        .isEqualTo(ControlAction.RETRY_STEP);
    assertThat(control("priority", "c5", "--to", "9").getPriority()).isEqualTo(9);
    WorkflowControl migrate = control("migrate", "c6", "--to", "4", "--check");
    assertThat(migrate.getVersion()).isEqualTo(4);
    assertThat(migrate.getDryRun()).isTrue();
    assertThat(control("migrate", "c6b", "--to", "4").getDryRun()).isFalse();

    assertThat(CLUSTER.run("skip", "c7").err()).contains("Missing required option: '--step=STEP'");
    assertThat(CLUSTER.run("priority", "c7", "--to", "10").err()).contains("must be 0 to 9");
    assertThat(CLUSTER.run("migrate", "c7", "--to", "0").err()).contains("versions start at 1");
    assertThat(CLUSTER.run("resume").err()).contains("give their ids, or --where");
    assertThat(CLUSTER.run("resume", "c7", "--where", "status=RUNNING").exitCode()).isEqualTo(2);
    assertThat(CLUSTER.records(WorkflowControl.class, CLUSTER.topics().controls(), "c7")).isEmpty();
  }

  @Test
  void payloadsHaveOneFormWhateverTheOption(@TempDir Path folder) throws Exception {
    String file = "@" + Files.writeString(folder.resolve("given.json"), "{\"n\": 1}");
    int number = 0;
    for (String[] options :
        List.of(
            new String[] {"signal", "--name", "s", "--payload"},
            new String[] {"resolve", "--step", "s", "--output"})) {
      for (String given : List.of("{\"n\": 1}", file)) {
        String id = "p" + number++;
        WorkflowControl sent = control(options[0], id, options[1], options[2], options[3], given);
        assertThat(StandardCharsets.UTF_8.decode(sent.getPayload().getData()).toString())
            .isEqualTo("{\"n\": 1}");
      }
      for (String wrong : List.of("", "{", "@" + folder.resolve("absent"))) {
        CliRun run = CLUSTER.run(options[0], "p9", options[1], options[2], options[3], wrong);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).startsWith("millrace: " + options[3].substring(2) + ": ");
      }
      assertThat(CliRun.of(options[0], "--help").out().replaceAll("\\s+", " "))
          .contains(options[3] + "=JSON|@FILE", ": JSON, or @ and the file that holds it.");
    }
  }

  @Test
  void waitingControlShowsWhatItDidAndWhetherItWasRefused() {
    CompletableFuture<CliRun> taken =
        CompletableFuture.supplyAsync(() -> CLUSTER.run("pause", "c8", "--wait"));
    EVENTS.send("c8", 7, EventSource.CONTROL, controlOffset("c8"), EventType.WORKFLOW_PAUSED);
    assertThat(taken.join().exitCode()).as(taken.join().err()).isZero();
    assertThat(taken.join().out()).startsWith("c8 ").contains("WORKFLOW_PAUSED");

    CompletableFuture<CliRun> refused =
        CompletableFuture.supplyAsync(() -> CLUSTER.run("rerun", "c9", "--step", "a", "--wait"));
    EVENTS.send("c9", 7, EventSource.CONTROL, controlOffset("c9"), EventType.CONTROL_REFUSED);
    assertThat(refused.join().exitCode()).isEqualTo(4);
    assertThat(refused.join().out()).contains("CONTROL_REFUSED");

    CliRun unheard = CLUSTER.run("cancel", "c10", "--wait", "--wait-limit", "100ms", "--id", "it");
    assertThat(unheard.exitCode()).isEqualTo(1);
    assertThat(unheard.err()).contains("of 1 workflows nothing was heard", "control it before");
  }

  @Test
  void controlOfAllThatFitAsksFirstAndCanBeRepeated() throws Exception {
    try (FakeEngine engine =
        new FakeEngine(
            path -> {
              boolean first = !path.contains("after=");
              return "{\"workflows\":[{\"workflowId\":\"%s\"}],\"next\":%s,\"partial\":false}"
                  .formatted(first ? "b1" : "b2", first ? "\"b1\"" : "null");
            })) {
      String[] all = {
        "cancel", "--where", "status=RUNNING", "--http", engine.url(), "--id", "batch"
      };

      CliRun dry = CLUSTER.run(with(all, "--dry-run"));
      assertThat(dry.exitCode()).as(dry.err()).isZero();
      assertThat(dry.out().lines())
          .containsExactly("b1", "b2", "nothing was sent; it would be to 2 workflows");
      assertThat(CLUSTER.run(all).err()).contains("cancel 2 workflows?", "confirm with --yes");
      assertThat(CLUSTER.records(WorkflowControl.class, CLUSTER.topics().controls(), "b1"))
          .isEmpty();

      CliRun sent = CLUSTER.run(with(all, "--yes"));
      assertThat(sent.exitCode()).as(sent.err()).isZero();
      assertThat(sent.out()).contains("cancel of 2 of 2 workflows sent");
      for (String id : List.of("b1", "b2")) {
        assertThat(sent(id).getId()).isEqualTo("batch");
      }
    }
  }

  @Test
  void missingTopicIsNamed() {
    CliRun run = CLUSTER.run("cancel", "w", "--prefix", "nowhere.");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .startsWith("millrace: topic nowhere.workflow-controls.v1: not there")
        .contains("millrace topics check");
  }

  private static String[] with(String[] arguments, String more) {
    return Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(String[]::new);
  }

  private static WorkflowControl control(String... arguments) {
    CliRun run = CLUSTER.run(arguments);
    assertThat(run.exitCode()).as(run.err()).isZero();
    return sent(arguments[1]);
  }

  private static WorkflowControl sent(String id) {
    return CLUSTER.found(WorkflowControl.class, CLUSTER.topics().controls(), id).value();
  }

  private static long controlOffset(String id) {
    return CLUSTER.found(WorkflowControl.class, CLUSTER.topics().controls(), id).offset();
  }
}
