package dev.millrace.orchestrator.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.config.EngineConfig;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.fixture.Brokers;
import dev.millrace.orchestrator.fixture.EventLog;
import dev.millrace.orchestrator.fixture.Installation;
import dev.millrace.orchestrator.fixture.Workflows;
import dev.millrace.worker.Worker;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

public class EngineTest {
  @TempDir Path folder;

  /** Where the broker comes from. */
  protected Brokers brokers() {
    return Brokers.EMBEDDED;
  }

  /** There is no worker here that would register it. */
  @Test
  void commandSchemaHasASubjectForEachQueueThatAWorkflowUses() throws Exception {
    try (Installation installation = new Installation(brokers(), "work", "second");
        Engine engine = installation.startEngine(folder)) {
      installation.register(Workflows.diamond("second"));
      installation.start("w", "diamond", "{}");

      String topic = installation.topics.commands("second");
      assertThat(installation.records(topic, 1)).hasSize(1);
      assertThat(installation.subjects()).contains(topic + "-value");
      assertThat(engine.hasFailed()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"at-least-once", "exactly-once"})
  public void runsDiamondsFromStartToEnd(String guarantee) throws Exception {
    int workflows = 200;
    try (Installation installation = new Installation(brokers(), "work");
        Engine engine =
            installation.startEngine(
                folder,
                new DefaultKafkaClientSupplier(),
                Map.of(EngineConfig.GUARANTEE, guarantee));
        Worker worker = installation.echoWorker("work")) {
      installation.register(Workflows.diamond("work"));
      for (int i = 0; i < workflows; i++) {
        installation.start("diamond-" + i, "diamond", "{\"n\":" + i + "}");
      }
      worker.start();
      try (EventLog log = new EventLog(installation)) {
        log.pollUntilEnded(workflows);
        assertThat(log.histories()).hasSize(workflows);
        log.assertAllEndedOnce(Workflows.diamond("work"), WorkflowStatus.SUCCEEDED);
      }
    }
  }
}
