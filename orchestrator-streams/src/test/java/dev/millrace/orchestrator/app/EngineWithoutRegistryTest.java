package dev.millrace.orchestrator.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.config.EngineConfig;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.fixture.Installation;
import dev.millrace.orchestrator.fixture.LosableRegistry;
import dev.millrace.orchestrator.fixture.NewerSchema;
import dev.millrace.orchestrator.fixture.Workflows;
import dev.millrace.testing.Patience;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An engine that starts while the registry is away and a definition needs it. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class EngineWithoutRegistryTest {
  private static final Duration AT_ONCE = Duration.ZERO;

  @TempDir Path folder;

  @Test
  void waitsForItsDefinitionsAndRunsWhenTheRegistryIsBack() throws Exception {
    try (Installation installation = new Installation("work")) {
      LosableRegistry registry = new LosableRegistry(installation.registry);
      try (Engine engine = engine(installation, registry)) {
        publishNewer(installation, Workflows.diamond("work"));
        registry.failNext(Integer.MAX_VALUE);
        CompletableFuture<Void> started = CompletableFuture.runAsync(engine::start);
        registry.awaitMissed();
        assertThat(started).isNotDone();
        assertThat(engine.awaitRunning(AT_ONCE)).isFalse();

        registry.failNext(0);
        started.get();
        assertThat(engine.awaitRunning(Patience.LIMIT)).isTrue();
        installation.start("w", "diamond", "{}");
        assertThat(installation.records(installation.topics.commands("work"), 1)).hasSize(1);
        assertThat(engine.hasFailed()).isFalse();
      }
    }
  }

  @Test
  void canBeClosedWhileItWaits() throws Exception {
    try (Installation installation = new Installation("work")) {
      LosableRegistry registry = new LosableRegistry(installation.registry);
      Engine engine = engine(installation, registry);
      publishNewer(installation, Workflows.diamond("work"));
      registry.failNext(Integer.MAX_VALUE);
      CompletableFuture<Void> started = CompletableFuture.runAsync(engine::start);
      registry.awaitMissed();

      engine.close();

      assertThat(started).failsWithin(Patience.LIMIT);
    }
  }

  private Engine engine(Installation installation, LosableRegistry registry) {
    return Engine.create(
        new EngineConfig(installation.engineSettings(folder, Map.of())),
        registry,
        new SimpleMeterRegistry(),
        new DefaultKafkaClientSupplier());
  }

  private static void publishNewer(Installation installation, WorkflowDefinition definition) {
    byte[] record = installation.definitionBytes(definition);
    String topic = installation.topics.definitions();
    installation.send(
        topic,
        definition.name() + "/" + definition.version(),
        NewerSchema.rewritten(record, installation.registry));
    assertThat(installation.records(topic, 1)).hasSize(1);
  }
}
