package dev.millrace.worker.testing;

import dev.millrace.orchestrator.codec.DefinitionCodec;
import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.config.EngineConfig;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.flow.FlowControl;
import dev.millrace.orchestrator.flow.QueueReport;
import dev.millrace.orchestrator.flow.QueueWindows;
import dev.millrace.orchestrator.metrics.EngineMetrics;
import dev.millrace.orchestrator.processor.Definitions;
import dev.millrace.orchestrator.processor.QueueDirectory;
import dev.millrace.orchestrator.processor.WorkflowProcessor;
import dev.millrace.orchestrator.store.CacheBudget;
import dev.millrace.orchestrator.store.WorkflowStore;
import dev.millrace.orchestrator.topology.OrchestratorTopology;
import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.wire.AvroCodec;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;

/** The engine's topology in Kafka Streams' test driver, with its state in a folder of its own. */
final class DrivenTopology implements AutoCloseable {
  /** Every move of the clock is longer, so that what is due by then is done by then. */
  private static final Duration TICK = Duration.ofMillis(1);

  /** Behind every time that a timer can have, with room for what is added to it. */
  private static final long LATEST_MS = Long.MAX_VALUE / 2;

  private final Topics topics;
  private final SchemaRegistry registry;
  private final InstantSource clock;
  private final Path folder;
  private final TopologyTestDriver driver;
  private final KeyValueStore<Bytes, byte[]> store;
  private final Map<String, TestInputTopic<byte[], byte[]>> inputs = new HashMap<>();
  private final Map<String, TestOutputTopic<byte[], byte[]>> outputs = new HashMap<>();

  DrivenTopology(
      Topics topics, SchemaRegistry registry, QueueDirectory queues, InstantSource clock) {
    this.topics = topics;
    this.registry = registry;
    this.clock = clock;
    this.folder = temporaryFolder();
    EngineConfig config =
        new EngineConfig(
            Map.of(
                EngineConfig.BOOTSTRAP_SERVERS,
                "127.0.0.1:1", // asked for, never connected to
                EngineConfig.SCHEMA_REGISTRY_URL,
                "mock://not-asked",
                EngineConfig.STATE_DIR,
                folder.toString()));
    Properties settings = new Properties();
    settings.putAll(config.streamsSettings());
    EngineMetrics metrics = new EngineMetrics(new SimpleMeterRegistry());
    this.driver =
        new TopologyTestDriver(
            OrchestratorTopology.build(
                new WorkflowProcessor.Settings(
                    OrchestratorTopology.WORKFLOWS_STORE,
                    topics,
                    config.retention(),
                    config.definitionWait(),
                    config.controlWait(),
                    TICK,
                    config.jsonQueues()),
                registry,
                new Definitions(new CountDownLatch(1)),
                queues,
                metrics,
                new CacheBudget(config.recordCacheBytes(), metrics::evicted),
                new FlowControl(QueueWindows.of(config.queueWindow()), new QueueReport()),
                null),
            settings,
            clock.instant());
    this.store = driver.getKeyValueStore(OrchestratorTopology.WORKFLOWS_STORE);
  }

  private static Path temporaryFolder() {
    try {
      return Files.createTempDirectory("millrace-test-");
    } catch (IOException e) {
      throw new UncheckedIOException("no folder for the state of the engine", e);
    }
  }

  void define(WorkflowDefinition definition) {
    AvroCodec<dev.millrace.schemas.v1.WorkflowDefinition> codec =
        new AvroCodec<>(
            dev.millrace.schemas.v1.WorkflowDefinition.class, topics.definitions(), registry);
    send(
        topics.definitions(),
        definition.name() + "/" + definition.version(),
        codec.encode(DefinitionCodec.toAvro(definition)));
  }

  void send(String topic, String key, byte[] value) {
    send(topic, key.getBytes(StandardCharsets.UTF_8), value, new RecordHeaders());
  }

  void send(String topic, byte[] key, byte[] value, Headers headers) {
    inputs
        .computeIfAbsent(
            topic,
            name ->
                driver.createInputTopic(name, new ByteArraySerializer(), new ByteArraySerializer()))
        .pipeInput(new TestRecord<>(key, value, headers, clock.instant()));
  }

  /** The topics that anything was written to, in the order of their names. */
  List<String> writtenTopics() {
    return driver.producedTopicNames().stream().sorted().toList();
  }

  /** The records of a topic since the last call. */
  List<TestRecord<byte[], byte[]>> read(String topic) {
    if (!driver.producedTopicNames().contains(topic)) {
      return List.of(); // where the driver would warn
    }
    return outputs
        .computeIfAbsent(
            topic,
            name ->
                driver.createOutputTopic(
                    name, new ByteArrayDeserializer(), new ByteArrayDeserializer()))
        .readRecordsToList();
  }

  /** Lets the engine's time pass, and the timers fire that are due then; at least a millisecond. */
  void passTime(Duration time) {
    driver.advanceWallClockTime(time);
  }

  /** All timers, earliest first. */
  List<WorkflowStore.Timer> timers() {
    // Each time a new one, since it keeps in mind how far it has looked.
    return new WorkflowStore(store).dueTimers(LATEST_MS, Integer.MAX_VALUE);
  }

  /** Whether a workflow runs: known, and not ended. */
  boolean isRunning(String workflowId) {
    PackedWorkflow workflow = new WorkflowStore(store).load(workflowId);
    return workflow != null && !workflow.status().hasEnded();
  }

  @Override
  public void close() {
    driver.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete the engine's state in " + folder, e);
    }
  }
}
