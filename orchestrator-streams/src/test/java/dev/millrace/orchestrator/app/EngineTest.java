package dev.millrace.orchestrator.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.config.EngineConfig;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.fixture.Installation;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.Worker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EngineTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"at-least-once", "exactly-once"})
  void runsDiamondsFromStartToEnd(String guarantee) throws Exception {
    int workflows = 200;
    try (Installation installation = new Installation("work");
        Engine engine = engine(installation, EngineConfig.GUARANTEE, guarantee);
        Worker worker = worker(installation)) {
      installation.register(diamond());
      for (int i = 0; i < workflows; i++) {
        installation.start("diamond-" + i, "diamond", "{\"n\":" + i + "}");
      }
      worker.start();
      Map<String, List<WorkflowEvents>> logs = installation.eventsOnceEnded(workflows);

      assertThat(logs).hasSize(workflows);
      assertThat(logs.values())
          .allSatisfy(
              log ->
                  assertThat(log.getLast().getEvents().getLast().getType())
                      .isEqualTo(EventType.WORKFLOW_SUCCEEDED));
    }
  }

  private Engine engine(Installation installation, String... settings) throws Exception {
    EngineConfig config = new EngineConfig(installation.engineSettings(folder, settings));
    Engine engine =
        Engine.create(
            config,
            installation.registry,
            new SimpleMeterRegistry(),
            new DefaultKafkaClientSupplier());
    engine.start();
    assertThat(engine.awaitRunning(Installation.PATIENCE)).isTrue();
    return engine;
  }

  private static Worker worker(Installation installation) {
    return Worker.builder()
        .bootstrapServers(installation.bootstrapServers())
        .schemaRegistry(installation.registry)
        .topics(installation.topics)
        .queue("work")
        .slots(64)
        .handler("echo", context -> StepResult.succeeded(context.step()))
        .build();
  }

  private static WorkflowDefinition diamond() {
    return new WorkflowDefinition(
        "diamond",
        1,
        Duration.ZERO,
        RetryPolicy.NONE,
        List.of(
            step("first"),
            step("left", "first"),
            step("right", "first"),
            step("join", "left", "right")));
  }

  private static StepDefinition step(String id, String... dependsOn) {
    return new StepDefinition(id, "echo", "work", List.of(dependsOn), Duration.ZERO, null);
  }
}
