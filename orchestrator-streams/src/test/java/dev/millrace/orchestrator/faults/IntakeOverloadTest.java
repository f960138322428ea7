package dev.millrace.orchestrator.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.orchestrator.app.Engine;
import dev.millrace.orchestrator.config.EngineConfig;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.fixture.Brokers;
import dev.millrace.orchestrator.fixture.EventLog;
import dev.millrace.orchestrator.fixture.Installation;
import dev.millrace.orchestrator.fixture.Workflows;
import dev.millrace.testing.Patience;
import dev.millrace.worker.Worker;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** More starts than an engine takes at once. */
class IntakeOverloadTest {
  private static final String QUEUE = "work";
  private static final int OPEN = 40;
  private static final int WORKFLOWS = 800;

  /** What was read before the valve closed is taken: of each partition and each thread a little. */
  private static final int READ_BEFORE = 100;

  @TempDir Path folder;
  private final HttpClient http = HttpClient.newHttpClient();

  private static Map<String, String> settings() {
    Map<String, String> settings = new HashMap<>(Installation.DYING);
    settings.put(EngineConfig.INTAKE_OPEN_WORKFLOWS, Integer.toString(OPEN));
    settings.put(EngineConfig.COMMIT_INTERVAL_MS, "100");
    settings.put(EngineConfig.KAFKA_PREFIX + "consumer.max.poll.records", "5");
    settings.put(EngineConfig.KAFKA_PREFIX + "buffered.records.per.partition", "5");
    return settings;
  }

  private Engine engine(Installation installation, String name) throws InterruptedException {
    return installation.startEngine(
        folder.resolve(name), new DefaultKafkaClientSupplier(), settings());
  }

  @Test
  void startsWaitInKafkaAtTheWatermarkWhileCompletionsGoOnAndAllAreTakenInTheEnd()
      throws Exception {
    WorkflowDefinition chain = Workflows.chain(QUEUE, 3);
    try (Installation installation = new Installation(QUEUE);
        EventLog log = new EventLog(installation)) {
      installation.register(chain);
      try (Engine engine = engine(installation, "one")) {
        for (int i = 0; i < WORKFLOWS; i++) {
          installation.start("w-" + i, "chain", "{}");
        }
        awaitClosed(engine);
        log.pollToEnd();
        int begun = log.histories().size();
        assertThat(begun).isBetween(OPEN, OPEN + READ_BEFORE);

        // A second engine takes some of the partitions, and takes no more than it may either.
        try (Engine second = engine(installation, "two");
            Worker worker = installation.echoWorker(QUEUE)) {
          awaitClosed(second);
          log.pollToEnd();
          assertThat(log.histories().size()).isBetween(begun, 2 * (OPEN + READ_BEFORE));
          assertThat(log.ended()).isZero();

          worker.start();
          log.pollUntilEnded(WORKFLOWS);
          await().atMost(Patience.LIMIT).until(() -> intake(engine).isEmpty());
          await().atMost(Patience.LIMIT).until(() -> intake(second).isEmpty());
        }
      }
      log.assertAllEndedOnce(chain, WorkflowStatus.SUCCEEDED);
      assertThat(log.histories()).hasSize(WORKFLOWS);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"at-least-once", "exactly-once"})
  void everyWorkflowEndsOnceThoughTheEngineIsKilledWhileStartsWait(String guarantee)
      throws Exception {
    Map<String, String> settings = settings();
    settings.put(EngineConfig.GUARANTEE, guarantee);
    try (KillRun run = KillRun.ofEngine(Brokers.EMBEDDED, folder, 5 * OPEN, settings)) {
      run.killAndRestart(3);
      run.load.awaitAllEnded();
      run.load.assertAllSucceededOnce();
    }
  }

  @Test
  void engineThatHasMuchToRestoreTakesStartsWhenThatIsDone() throws Exception {
    WorkflowDefinition chain = Workflows.chain(QUEUE, 1);
    Map<String, String> settings =
        Map.of(EngineConfig.INTAKE_RESTORE_RECORDS, "1", EngineConfig.COMMIT_INTERVAL_MS, "100");
    try (Installation installation = new Installation(QUEUE);
        EventLog log = new EventLog(installation);
        Worker worker = installation.echoWorker(QUEUE)) {
      installation.register(chain);
      for (int i = 0; i < WORKFLOWS; i++) {
        installation.start("w-" + i, "chain", "{}");
      }
      try (Engine unused =
          installation.startEngine(
              folder.resolve("lost"), new DefaultKafkaClientSupplier(), settings)) {
        installation.awaitInputsRead();
      }
      for (int i = WORKFLOWS; i < 2 * WORKFLOWS; i++) {
        installation.start("w-" + i, "chain", "{}");
      }
      worker.start();
      try (Engine engine =
          installation.startEngine(
              folder.resolve("restored"), new DefaultKafkaClientSupplier(), settings)) {
        log.pollUntilEnded(2 * WORKFLOWS);
        await().atMost(Patience.LIMIT).until(() -> intake(engine).isEmpty());
      }
      log.assertAllEndedOnce(chain, WorkflowStatus.SUCCEEDED);
    }
  }

  @Test
  void childrenBeginWhileStartsWaitSinceTheirParentsWouldNeverEndElse() throws Exception {
    WorkflowDefinition parent =
        WorkflowDefinition.of(
            "parent",
            1,
            Duration.ZERO,
            RetryPolicy.NONE,
            List.of(
                TestStep.of("child")
                    .does(new StepAction.StartChild("chain", 0, null, null, false, false))
                    .build()));
    try (Installation installation = new Installation(QUEUE);
        EventLog log = new EventLog(installation);
        Worker worker = installation.echoWorker(QUEUE)) {
      installation.register(Workflows.chain(QUEUE, 1));
      installation.register(parent);
      for (int i = 0; i < WORKFLOWS; i++) {
        installation.start("p-" + i, "parent", "{}");
      }
      try (Engine engine = engine(installation, "one")) {
        awaitClosed(engine);
        worker.start();
        log.pollUntilEnded(2 * WORKFLOWS);
        assertThat(engine.hasFailed()).isFalse();
      }
      assertThat(log.histories()).hasSize(2 * WORKFLOWS);
    }
  }

  /** Waits until it leaves starts in Kafka, as it says itself. */
  private void awaitClosed(Engine engine) {
    await()
        .atMost(Patience.LIMIT)
        .untilAsserted(
            () -> {
              JsonNode intake = intake(engine);
              assertThat(intake.path(0).path("reason").asString("")).isEqualTo("open-workflows");
              assertThat(intake.path(0).path("limit").asInt()).isEqualTo(OPEN);
            });
  }

  private JsonNode intake(Engine engine) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:%d/backlog?local=true".formatted(engine.httpPort()));
    String answer = http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
    return JsonMapper.shared().readTree(answer).path("intake");
  }
}
