package dev.millrace.orchestrator.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.app.Engine;
import dev.millrace.orchestrator.config.EngineConfig;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.fixture.Brokers;
import dev.millrace.orchestrator.fixture.EventLog;
import dev.millrace.orchestrator.fixture.Installation;
import dev.millrace.orchestrator.fixture.Workflows;
import dev.millrace.testing.JvmProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A worker process that is killed while its handlers run. */
class WorkerKillTest {
  private static final String QUEUE = "work";
  private static final int WORKFLOWS = 20;

  @TempDir Path folder;

  /** Where the broker comes from. */
  protected Brokers brokers() {
    return Brokers.EMBEDDED;
  }

  @ParameterizedTest
  @ValueSource(strings = {"at-least-once", "exactly-once"})
  void commandOfAKilledWorkerIsRunAgainByAnotherAndItsWorkflowEndsOnce(String guarantee)
      throws Exception {
    try (Installation installation = new Installation(brokers(), QUEUE);
        Engine engine =
            installation.startEngine(
                folder,
                new DefaultKafkaClientSupplier(),
                Map.of(EngineConfig.GUARANTEE, guarantee));
        EventLog log = new EventLog(installation);
        JvmProcess killed = worker(installation, "hang")) {
      installation.register(Workflows.diamond(QUEUE));
      for (int i = 0; i < WORKFLOWS; i++) {
        installation.start("w-" + i, "diamond", "{}");
      }
      killed.awaitLine(HangingWorker.HANDLING);
      try (JvmProcess other = worker(installation, "answer")) {
        other.awaitLine("ready");
        killed.kill();
        log.pollUntilEnded(WORKFLOWS);

        List<String> begun = handled(killed);
        assertThat(begun).isNotEmpty();
        assertThat(handled(other)).containsAll(begun);
      }
      log.assertAllEndedOnce(Workflows.diamond(QUEUE), WorkflowStatus.SUCCEEDED);
      assertThat(log.histories()).hasSize(WORKFLOWS);
      assertThat(log.histories().values())
          .allSatisfy(
              history ->
                  assertThat(history.entries())
                      .allSatisfy(
                          entry -> assertThat(entry.event().getAttempt()).isLessThanOrEqualTo(1)));
      assertThat(engine.hasFailed()).isFalse();
    }
  }

  private static JvmProcess worker(Installation installation, String mode) throws IOException {
    return JvmProcess.start(
        HangingWorker.class,
        List.of(installation.bootstrapServers(), installation.registryUrl(), QUEUE, mode));
  }

  private static List<String> handled(JvmProcess worker) {
    return worker
        .printed()
        .lines()
        .filter(line -> line.startsWith(HangingWorker.HANDLING))
        .toList();
  }
}
