package dev.millrace.orchestrator.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.app.Engine;
import dev.millrace.orchestrator.config.EngineConfig;
import dev.millrace.orchestrator.flow.FlowControl;
import dev.millrace.orchestrator.flow.QueueReport;
import dev.millrace.orchestrator.flow.QueueWindows;
import dev.millrace.orchestrator.metrics.EngineMetrics;
import dev.millrace.orchestrator.processor.Definitions;
import dev.millrace.orchestrator.processor.WorkflowProcessor;
import dev.millrace.orchestrator.store.CacheBudget;
import dev.millrace.orchestrator.topology.OrchestratorTopology;
import dev.millrace.schemas.registry.SchemaRegistries;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.testing.Patience;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;

/**
 * An engine whose commands are late, as a process: {@code FILE MILLIS with-rule|without-rule}.
 * Without the rule it is the same topology with a store that nothing guards. Told to hold, it sends
 * no command any more, and says so as soon as a stream thread waits for one. Ends when its standard
 * input does.
 */
final class SlowCommandsEngine {
  static final String READY = "ready";
  static final String HOLD = "hold";
  static final String HOLDS = "holds";

  private SlowCommandsEngine() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(Path.of(arguments[0]))) {
      properties.load(reader);
    }
    Map<String, String> settings =
        properties.stringPropertyNames().stream()
            .collect(Collectors.toMap(key -> key, properties::getProperty));
    EngineConfig config = new EngineConfig(settings);
    SchemaRegistry registry = SchemaRegistries.connect(config.schemaRegistryUrl(), Map.of());
    DelayingClients clients =
        new DelayingClients(Integer.parseInt(arguments[1]), () -> System.out.println(HOLDS));
    switch (arguments[2]) {
      case "with-rule" -> startWithRule(config, registry, clients);
      case "without-rule" -> startWithoutRule(config, registry, clients);
      default -> throw new IllegalArgumentException(arguments[2]);
    }
    System.out.println(READY);
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      if (line.equals(HOLD)) {
        clients.hold();
      }
    }
    Runtime.getRuntime().halt(0);
  }

  private static void startWithRule(
      EngineConfig config, SchemaRegistry registry, KafkaClientSupplier clients)
      throws InterruptedException {
    Engine engine = Engine.create(config, registry, new SimpleMeterRegistry(), clients);
    engine.start();
    if (!engine.awaitRunning(Patience.LIMIT)) {
      throw new AssertionError("the engine does not run");
    }
  }

  private static void startWithoutRule(
      EngineConfig config, SchemaRegistry registry, KafkaClientSupplier clients)
      throws InterruptedException {
    Topology topology =
        OrchestratorTopology.build(
            new WorkflowProcessor.Settings(
                OrchestratorTopology.WORKFLOWS_STORE,
                config.topics(),
                config.retention(),
                config.definitionWait(),
                config.controlWait(),
                config.timerTick(),
                config.jsonQueues()),
            registry,
            new Definitions(new CountDownLatch(1)),
            queue -> true,
            new EngineMetrics(new SimpleMeterRegistry()),
            new CacheBudget(64 << 20, changes -> {}),
            new FlowControl(QueueWindows.of(config.queueWindow()), new QueueReport()),
            null);
    KafkaStreams streams =
        new KafkaStreams(topology, new StreamsConfig(config.streamsSettings()), clients);
    CountDownLatch running = new CountDownLatch(1);
    streams.setStateListener(
        (state, former) -> {
          if (state == KafkaStreams.State.RUNNING) {
            running.countDown();
          }
        });
    streams.start();
    running.await();
  }
}
