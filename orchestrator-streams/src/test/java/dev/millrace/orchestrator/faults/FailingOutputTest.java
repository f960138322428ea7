package dev.millrace.orchestrator.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.app.Engine;
import dev.millrace.orchestrator.config.EngineConfig;
import dev.millrace.orchestrator.fixture.Installation;
import dev.millrace.orchestrator.fixture.Load;
import dev.millrace.orchestrator.fixture.Workflows;
import dev.millrace.worker.Worker;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Outputs that fail while nothing is killed: the stream thread dies, and no state with it. */
class FailingOutputTest {
  private static final String QUEUE = "work";

  /** Each costs a session timeout until others take over. */
  private static final int FAILURES = 2;

  @TempDir Path folder;

  @Test
  void commandThatTheBrokerRefusesLosesNoStep() throws Exception {
    nothingIsLost(new FailingClients("step-commands", FailingClients.Way.REPORTED, 400, FAILURES));
  }

  @Test
  void eventsThatTheBrokerRefusesLoseNoStep() throws Exception {
    nothingIsLost(
        new FailingClients("workflow-events", FailingClients.Way.REPORTED, 400, FAILURES));
  }

  /** The command is out, the events that tell of it are not, and the state was not put. */
  @Test
  void exceptionBetweenTheOutputsAndTheStateLosesNoStep() throws Exception {
    nothingIsLost(new FailingClients("workflow-events", FailingClients.Way.THROWN, 400, FAILURES));
  }

  private static Map<String, String> settings() {
    Map<String, String> settings = new HashMap<>(Installation.DYING);
    settings.put(EngineConfig.COMMIT_INTERVAL_MS, "50");
    return settings;
  }

  private void nothingIsLost(FailingClients clients) throws Exception {
    try (Installation installation = new Installation(QUEUE);
        Engine engine = installation.startEngine(folder, clients, settings());
        Worker worker = installation.echoWorker(QUEUE);
        Load load = new Load(installation, Workflows.chain(QUEUE, 5), 100)) {
      worker.start();
      load.awaitMoreEnds(1_000);
      load.awaitAllEnded();

      assertThat(clients.failed()).isEqualTo(FAILURES);
      assertThat(engine.hasFailed()).isFalse();
      load.assertAllSucceededOnce();
    }
  }
}
