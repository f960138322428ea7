package dev.millrace.orchestrator.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.app.Engine;
import dev.millrace.orchestrator.config.EngineConfig;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.fixture.Brokers;
import dev.millrace.orchestrator.fixture.EventLog;
import dev.millrace.orchestrator.fixture.Installation;
import dev.millrace.orchestrator.fixture.Workflows;
import dev.millrace.worker.Worker;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The engine as it is shipped, killed while it works. */
class EngineKillTest {
  private static final int IN_FLIGHT = 200;

  @TempDir Path folder;

  /** Where the broker comes from. */
  protected Brokers brokers() {
    return Brokers.EMBEDDED;
  }

  @ParameterizedTest
  @ValueSource(strings = {"at-least-once", "exactly-once"})
  void everyWorkflowEndsOnceThoughTheEngineIsKilled(String guarantee) throws Exception {
    try (KillRun run = run(guarantee)) {
      run.killAndRestart(3);
      run.load.awaitAllEnded();
      run.load.assertAllSucceededOnce();
      if (guarantee.equals("exactly-once")) {
        assertThat(run.load.stop().superseded()).as("event ids seen again").isZero();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"at-least-once", "exactly-once"})
  void everyWorkflowEndsOnceThoughTheEngineIsKilledWhileMostStepsWaitForTheirQueue(String guarantee)
      throws Exception {
    try (KillRun run =
        KillRun.ofEngine(
            brokers(),
            folder,
            IN_FLIGHT,
            Map.of(
                EngineConfig.GUARANTEE,
                guarantee,
                EngineConfig.COMMIT_INTERVAL_MS,
                "100",
                EngineConfig.QUEUE_WINDOW,
                "3"))) {
      run.killAndRestart(3);
      run.load.awaitAllEnded();
      run.load.assertAllSucceededOnce();
    }
  }

  @Test
  void workflowsGoOnWhenTheStateFolderIsLost() throws Exception {
    try (KillRun run = run("at-least-once")) {
      run.startEngine();
      run.killEngineInMidWork();
      Utils.delete(run.stateFolder().toFile());
      run.startEngine();
      run.load.awaitAllEnded();
      run.load.assertAllSucceededOnce();
    }
  }

  @Test
  void startThatWaitsForItsDefinitionIsKeptWhenTheStateFolderIsLost() throws Exception {
    try (Installation installation = new Installation(brokers(), "work");
        Worker worker = installation.echoWorker("work")) {
      worker.start();
      try (Engine engine = waitingEngine(installation)) {
        installation.start("early", "diamond", "{}");
        installation.awaitInputsRead();
        assertThat(engine.hasFailed()).isFalse();
      }
      Utils.delete(folder.resolve("state").toFile());
      try (Engine engine = waitingEngine(installation);
          EventLog log = new EventLog(installation)) {
        installation.register(Workflows.diamond("work"));
        log.pollUntilEnded(1);
        log.assertAllEndedOnce(Workflows.diamond("work"), WorkflowStatus.SUCCEEDED);
        assertThat(engine.hasFailed()).isFalse();
      }
    }
  }

  private Engine waitingEngine(Installation installation) throws InterruptedException {
    return installation.startEngine(
        folder.resolve("state"), new DefaultKafkaClientSupplier(), Installation.DYING);
  }

  private KillRun run(String guarantee) throws Exception {
    return KillRun.ofEngine(
        brokers(),
        folder,
        IN_FLIGHT,
        Map.of(EngineConfig.GUARANTEE, guarantee, EngineConfig.COMMIT_INTERVAL_MS, "100"));
  }
}
