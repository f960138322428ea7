package dev.millrace.orchestrator.topology;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.codec.DefinitionCodec;
import dev.millrace.orchestrator.config.EngineConfig;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.fixture.LosableRegistry;
import dev.millrace.orchestrator.flow.FlowControl;
import dev.millrace.orchestrator.flow.QueueLimits;
import dev.millrace.orchestrator.flow.QueueReport;
import dev.millrace.orchestrator.metrics.EngineMetrics;
import dev.millrace.orchestrator.processor.Definitions;
import dev.millrace.orchestrator.processor.WorkflowProcessor;
import dev.millrace.orchestrator.store.CacheBudget;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.ControlAction;
import dev.millrace.schemas.v1.DuplicatePolicy;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.v1.WorkflowControl;
import dev.millrace.schemas.v1.WorkflowSchedule;
import dev.millrace.schemas.v1.WorkflowStart;
import dev.millrace.schemas.wire.AvroCodec;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.internals.WrappedStateStore;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/** The topology in a test driver, whose clock stands still until it is told to go on. */
final class DrivenEngine extends DrivenTopics implements AutoCloseable {
  static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  static final Duration RETENTION = Duration.ofHours(1);
  static final Duration DEFINITION_WAIT = Duration.ofSeconds(10);
  static final Duration CONTROL_WAIT = Duration.ofSeconds(5);
  static final String JSON_QUEUE = "json";
  static final Duration TICK = Duration.ofMillis(20);

  final Set<String> queues = new HashSet<>(Set.of("queue", JSON_QUEUE));
  final LosableRegistry engineRegistry = new LosableRegistry(registry);
  private final AvroCodec<WorkflowControl> controls =
      codec(WorkflowControl.class, topics.controls());
  private final AvroCodec<StepCompletion> completions =
      codec(StepCompletion.class, topics.completions());
  private final AvroCodec<WorkflowSchedule> schedules =
      codec(WorkflowSchedule.class, topics.schedules());
  private final MeterRegistry meters = new SimpleMeterRegistry();
  final TestWindows windows = new TestWindows();
  final QueueReport report = new QueueReport();
  final AtomicBoolean startsAreLeft = new AtomicBoolean();
  private final Path folder;
  private final long cacheBytes;
  private final List<TestRecord<byte[], byte[]>> changelog = new ArrayList<>();
  private TopologyTestDriver driver;
  private Instant now = NOON;
  private int restarts;

  DrivenEngine(Path folder) {
    this(folder, 64 << 20);
  }

  /**
   * An engine that holds back only so much.
   *
   * @param cacheBytes when the changes take more than that, they are written
   */
  DrivenEngine(Path folder, long cacheBytes) {
    this.folder = folder;
    this.cacheBytes = cacheBytes;
    this.driver = newDriver();
  }

  private TopologyTestDriver newDriver() {
    EngineConfig config =
        new EngineConfig(
            Map.of(
                EngineConfig.BOOTSTRAP_SERVERS,
                "127.0.0.1:1",
                EngineConfig.SCHEMA_REGISTRY_URL,
                "mock://not-asked",
                EngineConfig.APPLICATION_ID,
                APPLICATION,
                EngineConfig.STATE_DIR,
                folder.resolve("state-" + restarts).toString()));
    Properties settings = new Properties();
    settings.putAll(config.streamsSettings());
    WorkflowProcessor.Settings processor =
        new WorkflowProcessor.Settings(
            OrchestratorTopology.WORKFLOWS_STORE,
            topics,
            RETENTION,
            DEFINITION_WAIT,
            CONTROL_WAIT,
            TICK,
            Set.of(JSON_QUEUE));
    return new TopologyTestDriver(
        OrchestratorTopology.build(
            processor,
            engineRegistry,
            new Definitions(new CountDownLatch(1)),
            queues::contains,
            new EngineMetrics(meters),
            new CacheBudget(cacheBytes, changes -> {}),
            new FlowControl(windows, report, new QueueLimits(), startsAreLeft::get),
            null),
        settings,
        now);
  }

  /** Goes on in a new driver that knows of the old one what its changelog says, and no more. */
  void restart(WorkflowDefinition... definitions) {
    commit();
    crash(definitions);
  }

  /** From here a crash goes on. */
  void commit() {
    changelog.addAll(changelog());
  }

  /**
   * From here a crash goes on that cut the writing of what was changed since the last such point;
   * answers whether there was more to write.
   *
   * @param puts how many changes were written
   */
  boolean commitFirst(int puts) {
    List<TestRecord<byte[], byte[]>> changes = changelog();
    changelog.addAll(changes.subList(0, Math.min(puts, changes.size())));
    return puts < changes.size();
  }

  /** Goes on in a new driver that knows what was committed; offsets begin at 0 again. */
  void crash(WorkflowDefinition... definitions) {
    driver.close();
    restarts++;
    driver = newDriver();
    changelog.forEach(record -> store(Bytes.wrap(record.key()), record.value()));
    for (WorkflowDefinition definition : definitions) {
      define(definition);
    }
  }

  /** As {@link #restart}, with what is restored behind the cache, as Kafka Streams does it. */
  void restartWhole(WorkflowDefinition... definitions) {
    restart(definitions);
    ((WrappedStateStore<?, ?, ?>) workflows()).flushCache();
  }

  /** Goes on after a crash with a state that holds what its changelog never got. */
  void crashAheadOfTheChangelog(WorkflowDefinition... definitions) {
    Map<Bytes, byte[]> written = stored();
    crash(definitions);
    written.forEach(this::store);
    write();
    changelog();
  }

  /** Writes what the cache holds back, to the state and to the changelog. */
  void write() {
    ((WrappedStateStore<?, ?, ?>) workflows()).flushCache();
    advance(Duration.ZERO);
  }

  /** Everything that is in the store. */
  Map<Bytes, byte[]> stored() {
    Map<Bytes, byte[]> stored = new HashMap<>();
    try (KeyValueIterator<Bytes, byte[]> all = workflows().all()) {
      all.forEachRemaining(entry -> stored.put(entry.key, entry.value));
    }
    return stored;
  }

  MeterRegistry meters() {
    return meters;
  }

  /** What the clock says. */
  Instant now() {
    return now;
  }

  /** How often something came of a result cache. */
  double results(String code) {
    return meters.counter("millrace.step.results", "code", code).count();
  }

  /** Makes a record that waits in the store one that cannot be read, wherever it is. */
  void spoil(byte[] record) {
    stored()
        .forEach(
            (key, value) -> {
              int at = new String(value, ISO_8859_1).indexOf(new String(record, ISO_8859_1));
              if (at >= 0) {
                value[at] = 1;
                store(key, value);
              }
            });
  }

  /** Puts into the store what a crash would have left there. */
  void store(Bytes key, byte @Nullable [] value) {
    workflows().put(key, value);
  }

  private KeyValueStore<Bytes, byte[]> workflows() {
    return driver.getKeyValueStore(OrchestratorTopology.WORKFLOWS_STORE);
  }

  void define(WorkflowDefinition definition) {
    send(
        topics.definitions(),
        definition.name() + "/" + definition.version(),
        definitionBytes(definition));
  }

  byte[] definitionBytes(WorkflowDefinition definition) {
    return codec(dev.millrace.schemas.v1.WorkflowDefinition.class, topics.definitions())
        .encode(DefinitionCodec.toAvro(definition));
  }

  void start(String workflowId, String definition) {
    start(workflowId, definition, null, null);
  }

  void start(
      String workflowId, String definition, @Nullable Payload input, @Nullable Instant deadline) {
    send(
        topics.starts(),
        workflowId,
        starts.encode(
            WorkflowStart.newBuilder()
                .setDefinition(definition)
                .setInput(input)
                .setDeadline(deadline)
                .build()));
  }

  void start(String workflowId, String definition, DuplicatePolicy onDuplicate) {
    send(topics.starts(), workflowId, startBytes(definition, onDuplicate));
  }

  byte[] startBytes(String definition, DuplicatePolicy onDuplicate) {
    return starts.encode(
        WorkflowStart.newBuilder().setDefinition(definition).setOnDuplicate(onDuplicate).build());
  }

  void startWithItsOwn(String workflowId, WorkflowDefinition definition, @Nullable Payload input) {
    WorkflowStart start =
        WorkflowStart.newBuilder()
            .setDefinition("")
            .setInput(input)
            .setInlineDefinition(DefinitionCodec.toAvro(definition))
            .build();
    send(topics.starts(), workflowId, starts.encode(start));
  }

  void cancel(String workflowId, String reason) {
    send(topics.controls(), workflowId, controlBytes(reason));
  }

  void migrate(String workflowId, int version, boolean dryRun) {
    control(workflowId, order(ControlAction.MIGRATE).setVersion(version).setDryRun(dryRun));
  }

  void control(String workflowId, WorkflowControl.Builder control) {
    send(topics.controls(), workflowId, controls.encode(control.build()));
  }

  static WorkflowControl.Builder order(ControlAction action) {
    return WorkflowControl.newBuilder().setAction(action).setRequestedBy("ada");
  }

  void schedule(String scheduleId, WorkflowSchedule change) {
    send(topics.schedules(), scheduleId, schedules.encode(change));
  }

  void deleteSchedule(String scheduleId) {
    send(
        topics.schedules(),
        new TestRecord<>(scheduleId.getBytes(UTF_8), null, new RecordHeaders(), now));
  }

  byte[] controlBytes(String reason) {
    return controls.encode(
        WorkflowControl.newBuilder().setAction(ControlAction.CANCEL).setReason(reason).build());
  }

  byte[] startBytes(String definition) {
    return starts.encode(WorkflowStart.newBuilder().setDefinition(definition).build());
  }

  byte[] startBytesOf(String definition, int version, Payload input) {
    return starts.encode(
        WorkflowStart.newBuilder()
            .setDefinition(definition)
            .setVersion(version)
            .setInput(input)
            .build());
  }

  byte[] completionBytes(String step) {
    return completions.encode(completion(step, 1, CompletionStatus.SUCCEEDED, null, null));
  }

  void succeed(String workflowId, String step, int attempt, @Nullable Payload output) {
    complete(workflowId, completion(step, attempt, CompletionStatus.SUCCEEDED, output, null));
  }

  void heartbeat(String workflowId, String step, int attempt, @Nullable Payload progress) {
    complete(workflowId, completion(step, attempt, CompletionStatus.RUNNING, progress, null));
  }

  void fail(String workflowId, String step, int attempt) {
    fail(workflowId, step, attempt, "flaky");
  }

  void fail(String workflowId, String step, int attempt, String type) {
    Failure failure = new Failure(type, "connection reset", true);
    complete(workflowId, completion(step, attempt, CompletionStatus.FAILED, null, failure));
  }

  void complete(String workflowId, StepCompletion completion) {
    send(topics.completions(), workflowId, completions.encode(completion));
  }

  private static StepCompletion completion(
      String step,
      int attempt,
      CompletionStatus status,
      @Nullable Payload output,
      @Nullable Failure failure) {
    return StepCompletion.newBuilder()
        .setStep(step)
        .setAttempt(attempt)
        .setStatus(status)
        .setOutput(output)
        .setFailure(failure)
        .build();
  }

  void send(String topic, String key, byte[] value) {
    send(topic, new TestRecord<>(key.getBytes(UTF_8), value, new RecordHeaders(), now));
  }

  void send(String topic, TestRecord<byte[], byte[]> record) {
    driver
        .createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer())
        .pipeInput(record);
  }

  /** Lets time pass at once, and the punctuator run at its end. */
  void advance(Duration time) {
    now = now.plus(time);
    driver.advanceWallClockTime(time);
  }

  @Override
  List<TestRecord<byte[], byte[]>> read(String topic) {
    return driver
        .createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
        .readRecordsToList();
  }

  static Payload payload(int bytes) {
    return new Payload("", ByteBuffer.wrap(new byte[bytes]));
  }

  @Override
  public void close() {
    driver.close();
  }
}
