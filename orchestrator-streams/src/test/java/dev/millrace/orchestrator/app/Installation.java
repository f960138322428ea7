package dev.millrace.orchestrator.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.kafka.EmbeddedKafka;
import dev.millrace.orchestrator.codec.DefinitionCodec;
import dev.millrace.orchestrator.config.EngineConfig;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.topics.TopicAdmin;
import dev.millrace.orchestrator.topics.TopicPlan;
import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.SchemaRegistries;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.v1.WorkflowStart;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A broker with topics and a registry, and a client of them, for one test class. */
final class Installation implements AutoCloseable {
  static final int PARTITIONS = 4;
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Set<EventType> ENDS =
      EnumSet.of(
          EventType.WORKFLOW_SUCCEEDED,
          EventType.WORKFLOW_FAILED,
          EventType.WORKFLOW_CANCELLED,
          EventType.WORKFLOW_TIMED_OUT,
          EventType.WORKFLOW_REJECTED);

  final Topics topics = Topics.standard();
  final String registryUrl = "mock://" + UUID.randomUUID();
  final SchemaRegistry registry = SchemaRegistries.connect(registryUrl, Map.of());
  private final EmbeddedKafka kafka = EmbeddedKafka.builder().temporary().start();
  private final KafkaProducer<byte[], byte[]> producer;
  private final AvroCodec<WorkflowStart> starts =
      new AvroCodec<>(WorkflowStart.class, topics.starts(), registry);
  private final AvroCodec<WorkflowEvents> events =
      new AvroCodec<>(WorkflowEvents.class, topics.events(), registry);

  Installation(String... queues) {
    Map<String, Object> settings = clientSettings();
    try (Admin admin = Admin.create(settings)) {
      TopicPlan plan =
          TopicPlan.builder(topics)
              .partitions(PARTITIONS)
              .replicationFactor(1)
              .queues(List.of(queues))
              .build();
      new TopicAdmin(admin).apply(plan);
    }
    producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  String bootstrapServers() {
    return kafka.bootstrapServers();
  }

  Map<String, Object> clientSettings() {
    return new HashMap<>(Map.of("bootstrap.servers", kafka.bootstrapServers()));
  }

  Map<String, String> engineSettings(Path stateFolder, String... more) {
    Map<String, String> settings = new HashMap<>();
    settings.put(EngineConfig.BOOTSTRAP_SERVERS, kafka.bootstrapServers());
    settings.put(EngineConfig.SCHEMA_REGISTRY_URL, registryUrl);
    settings.put(EngineConfig.STATE_DIR, stateFolder.toString());
    settings.put(EngineConfig.HTTP_PORT, "0");
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return settings;
  }

  void register(WorkflowDefinition definition) {
    var codec =
        new AvroCodec<>(
            dev.millrace.schemas.v1.WorkflowDefinition.class, topics.definitions(), registry);
    send(
        topics.definitions(),
        definition.name() + "/" + definition.version(),
        codec.encode(DefinitionCodec.toAvro(definition)));
  }

  void start(String workflowId, String definition, String inputJson) {
    Payload input = new Payload("", ByteBuffer.wrap(inputJson.getBytes(UTF_8)));
    send(
        topics.starts(),
        workflowId,
        starts.encode(new WorkflowStart(definition, 0, input, "", 5, (Instant) null, null)));
  }

  void send(String topic, String key, byte[] value) {
    Future<RecordMetadata> unused = // flush, at the first read, waits for it
        producer.send(new ProducerRecord<>(topic, key.getBytes(UTF_8), value));
  }

  /** The event log of every workflow, once a number of workflows have ended. */
  Map<String, List<WorkflowEvents>> eventsOnceEnded(int workflows) {
    producer.flush();
    Map<String, List<WorkflowEvents>> logs = new HashMap<>();
    Set<String> ended = new HashSet<>();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try (KafkaConsumer<byte[], byte[]> consumer = reader(topics.events())) {
      while (ended.size() < workflows) {
        if (System.nanoTime() > deadline) {
          throw new AssertionError(
              "%d of %d workflows ended: %s".formatted(ended.size(), workflows, logs));
        }
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          String workflowId = new String(record.key(), UTF_8);
          WorkflowEvents read = decode(record.value());
          logs.computeIfAbsent(workflowId, id -> new ArrayList<>()).add(read);
          if (ENDS.contains(read.getEvents().getLast().getType())) {
            ended.add(workflowId);
          }
        }
      }
    }
    return logs;
  }

  /** What is in a topic, once a number of records are. */
  List<ConsumerRecord<byte[], byte[]>> records(String topic, int count) {
    producer.flush();
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try (KafkaConsumer<byte[], byte[]> consumer = reader(topic)) {
      while (records.size() < count) {
        if (System.nanoTime() > deadline) {
          throw new AssertionError("%d of %d records".formatted(records.size(), count));
        }
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
    }
    return records;
  }

  private KafkaConsumer<byte[], byte[]> reader(String topic) {
    KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            clientSettings(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    return consumer;
  }

  private WorkflowEvents decode(byte[] value) {
    try {
      return events.decode(value);
    } catch (MalformedRecordException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    producer.close();
    kafka.close();
  }
}
