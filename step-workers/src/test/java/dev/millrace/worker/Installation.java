package dev.millrace.worker;

import dev.millrace.schemas.Topics;
import dev.millrace.schemas.v1.AttemptCancellations;
import dev.millrace.schemas.v1.CancelledAttempt;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The topics of one test on a broker, and the engine's side of them. */
final class Installation implements AutoCloseable {
  static final String QUEUE = "quakes";

  private static final AtomicInteger COUNT = new AtomicInteger();

  final InMemoryRegistry registry = new InMemoryRegistry();
  final Topics topics;
  private final String bootstrapServers;
  private final int partitions;
  private final Admin admin;
  private final KafkaProducer<byte[], byte[]> producer;
  private final AvroCodec<StepCommand> commands;
  private final AvroCodec<StepCompletion> completions;
  private final List<Future<RecordMetadata>> sent = new ArrayList<>();
  private final List<ConsumerRecord<byte[], byte[]>> answers = new ArrayList<>();
  private final List<ConsumerRecord<byte[], byte[]>> deadLetters = new ArrayList<>();
  private final KafkaConsumer<byte[], byte[]> reader;

  Installation(String bootstrapServers, int partitions) throws Exception {
    this.bootstrapServers = bootstrapServers;
    this.partitions = partitions;
    this.topics = new Topics("test%d.".formatted(COUNT.incrementAndGet()));
    Map<String, Object> settings = Map.of("bootstrap.servers", bootstrapServers);
    this.admin = Admin.create(settings);
    admin
        .createTopics(
            List.of(
                new NewTopic(topics.commands(QUEUE), partitions, (short) 1),
                new NewTopic(topics.completions(), 2, (short) 1),
                new NewTopic(topics.cancellations(), 1, (short) 1),
                new NewTopic(topics.deadLetters(), 1, (short) 1)))
        .all()
        .get();
    // One request at a time: a partition so new that its broker refuses the first batch and takes
    // the second would wait for the missing sequence numbers until the delivery times out.
    Map<String, Object> sending = new HashMap<>(settings);
    sending.put("max.in.flight.requests.per.connection", 1);
    this.producer =
        new KafkaProducer<>(sending, new ByteArraySerializer(), new ByteArraySerializer());
    this.commands = new AvroCodec<>(StepCommand.class, topics.commands(QUEUE), registry);
    this.completions = new AvroCodec<>(StepCompletion.class, topics.completions(), registry);
    this.reader =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> read =
        List.of(
            new TopicPartition(topics.completions(), 0),
            new TopicPartition(topics.completions(), 1),
            new TopicPartition(topics.deadLetters(), 0));
    reader.assign(read);
    reader.seekToBeginning(read);
  }

  WorkerBuilder worker() {
    return Worker.builder()
        .bootstrapServers(bootstrapServers)
        .schemaRegistry(registry)
        .topics(topics)
        .queue(QUEUE);
  }

  void send(int partition, StepCommand command) {
    sendBytes(partition, command.getWorkflowId(), commands.encode(command));
  }

  /** Says, as the engine does, that an attempt and those before it are not waited for. */
  void cancel(String workflowId, String step, int attempt) {
    AvroCodec<AttemptCancellations> codec =
        new AvroCodec<>(AttemptCancellations.class, topics.cancellations(), registry);
    byte[] value =
        codec.encode(
            new AttemptCancellations(List.of(new CancelledAttempt(step, -1, attempt, "test"))));
    sent.add(
        producer.send(
            new ProducerRecord<>(
                topics.cancellations(), workflowId.getBytes(StandardCharsets.UTF_8), value)));
  }

  /** Sends what is no cancellation. */
  void sendGarbageAsCancellation() {
    sent.add(
        producer.send(new ProducerRecord<>(topics.cancellations(), new byte[1], new byte[] {7})));
    sent.add(producer.send(new ProducerRecord<>(topics.cancellations(), null, null)));
  }

  void sendBytes(int partition, String key, byte[] value) {
    sent.add(
        producer.send(
            new ProducerRecord<>(
                topics.commands(QUEUE), partition, key.getBytes(StandardCharsets.UTF_8), value)));
  }

  /** Waits until the broker has all commands sent. */
  void flush() throws InterruptedException, ExecutionException {
    producer.flush();
    for (Future<RecordMetadata> record : sent) {
      record.get();
    }
  }

  /** Reads what came since the last call; gives all completions since the start. */
  List<ConsumerRecord<byte[], byte[]>> completions() {
    read();
    return answers;
  }

  List<ConsumerRecord<byte[], byte[]>> deadLetters() {
    read();
    return deadLetters;
  }

  private void read() {
    for (ConsumerRecord<byte[], byte[]> record : reader.poll(Duration.ofMillis(50))) {
      (record.topic().equals(topics.completions()) ? answers : deadLetters).add(record);
    }
  }

  List<String> completedWorkflows() {
    return completions().stream()
        .map(record -> new String(record.key(), StandardCharsets.UTF_8))
        .toList();
  }

  StepCompletion decode(ConsumerRecord<byte[], byte[]> record) throws MalformedRecordException {
    return completions.decode(record.value());
  }

  /** What the group committed, summed over the partitions. */
  long committed() throws InterruptedException, ExecutionException {
    return admin
        .listConsumerGroupOffsets(topics.prefix() + "worker." + QUEUE)
        .partitionsToOffsetAndMetadata()
        .get()
        .values()
        .stream()
        .mapToLong(OffsetAndMetadata::offset)
        .sum();
  }

  /** Sets how many times the share group delivers a record. */
  void limitDeliveries(int deliveries) throws InterruptedException, ExecutionException {
    setOfShareGroup("share.delivery.count.limit", deliveries);
  }

  /** Sets how long a record belongs to the member of the share group that has acquired it. */
  void lockFor(Duration time) throws InterruptedException, ExecutionException {
    setOfShareGroup("share.record.lock.duration.ms", time.toMillis());
  }

  private void setOfShareGroup(String setting, long value)
      throws InterruptedException, ExecutionException {
    admin
        .incrementalAlterConfigs(
            Map.of(
                new ConfigResource(ConfigResource.Type.GROUP, shareGroup()),
                List.of(
                    new AlterConfigOp(
                        new ConfigEntry(setting, Long.toString(value)), AlterConfigOp.OpType.SET))))
        .all()
        .get();
  }

  private String shareGroup() {
    return topics.prefix() + "share-worker." + QUEUE;
  }

  /**
   * How far the share group is behind, summed over the partitions; -1 while one of them has not
   * been read yet, or nobody knows how far.
   */
  long shareLag() throws InterruptedException, ExecutionException {
    String group = shareGroup();
    Map<TopicPartition, SharePartitionOffsetInfo> offsets =
        admin
            .listShareGroupOffsets(Map.of(group, new ListShareGroupOffsetsSpec()))
            .partitionsToOffsetInfo(group)
            .get();
    long lag = 0;
    for (SharePartitionOffsetInfo info : offsets.values()) {
      if (info == null || info.lag().isEmpty()) {
        return -1;
      }
      lag += info.lag().get();
    }
    return offsets.size() < partitions ? -1 : lag;
  }

  @Override
  public void close() {
    producer.close();
    reader.close();
    admin.close();
  }
}
