package dev.millrace.worker.internal;

import static org.awaitility.Awaitility.await;

import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.MalformedRecordException;
import dev.millrace.testing.Patience;
import dev.millrace.worker.InMemoryRegistry;
import dev.millrace.worker.Profile;
import dev.millrace.worker.Source;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.spi.PayloadCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** A worker on Kafka's own mock clients: the test is the broker. */
final class FakeKafka implements AutoCloseable {
  static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");
  static final Topics TOPICS = Topics.standard();
  static final String COMMANDS = TOPICS.commands("q");

  /** The last offset committed of each partition, also after the consumer was closed. */
  final Map<TopicPartition, Long> committed = new ConcurrentHashMap<>();

  final MockConsumer<byte[], byte[]> consumer =
      new MockConsumer<>("earliest") {
        @Override
        public synchronized void commitAsync(
            Map<TopicPartition, OffsetAndMetadata> offsets, OffsetCommitCallback callback) {
          super.commitAsync(offsets, callback);
          offsets.forEach((partition, offset) -> committed.put(partition, offset.offset()));
        }
      };

  private final AtomicInteger sent = new AtomicInteger();

  /** Acknowledges nothing by itself. */
  final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer()) {
        @Override
        public synchronized Future<RecordMetadata> send(
            ProducerRecord<byte[], byte[]> record, @Nullable Callback callback) {
          Future<RecordMetadata> result = super.send(record, callback);
          sent.incrementAndGet();
          return result;
        }
      };

  final WorkerRuntime runtime;
  private final AvroCodec<StepCommand> commands;
  private final AvroCodec<StepCompletion> completions;
  private final Map<TopicPartition, Long> ends = new HashMap<>();

  FakeKafka(int slots, Duration drainTimeout, Map<String, StepHandler> handlers) {
    this(slots, drainTimeout, handlers, new InMemoryRegistry());
  }

  FakeKafka(
      int slots,
      Duration drainTimeout,
      Map<String, StepHandler> handlers,
      SchemaRegistry registry) {
    this(slots, Map.of(), false, drainTimeout, handlers, registry, PayloadCodec.NONE);
  }

  FakeKafka(
      int slots,
      Map<String, Integer> slotsOfTypes,
      boolean inKeyOrder,
      Duration drainTimeout,
      Map<String, StepHandler> handlers,
      SchemaRegistry registry,
      PayloadCodec payloads) {
    for (String topic : List.of(COMMANDS, TOPICS.completions(), TOPICS.deadLetters())) {
      consumer.updatePartitions(
          topic, List.of(new PartitionInfo(topic, 0, Node.noNode(), new Node[0], new Node[0])));
    }
    runtime =
        new WorkerRuntime(
            new WorkerSettings(
                "tester",
                "mock:1",
                registry,
                TOPICS,
                "q",
                Source.consumerGroup(),
                Profile.SMALL,
                slots,
                slotsOfTypes,
                inKeyOrder,
                drainTimeout,
                handlers,
                payloads,
                WorkerSettings.NO_METERS,
                Map.of()),
            consumer,
            new MockConsumer<>("latest"),
            producer,
            InstantSource.fixed(NOW));
    commands = new AvroCodec<>(StepCommand.class, COMMANDS, registry);
    completions = new AvroCodec<>(StepCompletion.class, TOPICS.completions(), registry);
  }

  static TopicPartition partition(int number) {
    return new TopicPartition(COMMANDS, number);
  }

  /** Starts the worker and gives it these partitions. */
  void start(int... partitions) {
    runtime.start();
    onPollThread(
        () -> {
          for (int number : partitions) {
            consumer.updateBeginningOffsets(Map.of(partition(number), 0L));
          }
          assign(partitions);
        });
  }

  /** Runs something in the worker's next poll and waits for it. */
  void onPollThread(Runnable action) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    consumer.schedulePollTask(
        () -> {
          try {
            action.run();
            done.complete(null);
          } catch (Throwable e) {
            done.completeExceptionally(e);
          }
        });
    done.orTimeout(Patience.LIMIT.toMillis(), TimeUnit.MILLISECONDS).join();
  }

  /** Only on the poll thread. */
  void assign(int... partitions) {
    consumer.rebalance(Arrays.stream(partitions).mapToObj(FakeKafka::partition).toList());
  }

  /** Adds commands to a partition, all to be seen by one poll. */
  void add(int partition, Collection<StepCommand> added) {
    onPollThread(
        () ->
            added.forEach(
                command ->
                    addRecord(
                        partition,
                        command.getWorkflowId(),
                        commands.encode(command),
                        new RecordHeaders())));
  }

  /** Only on the poll thread. */
  void addRecord(int partition, String key, byte @Nullable [] value, RecordHeaders headers) {
    byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
    consumer.addRecord(
        new ConsumerRecord<>(
            COMMANDS,
            partition,
            ends.merge(partition(partition), 1L, Long::sum) - 1,
            NOW.toEpochMilli(),
            TimestampType.CREATE_TIME,
            keyBytes.length,
            value == null ? -1 : value.length,
            keyBytes,
            value,
            headers,
            Optional.empty()));
  }

  byte[] encode(StepCommand command) {
    return commands.encode(command);
  }

  StepCompletion decode(ProducerRecord<byte[], byte[]> record) {
    try {
      return completions.decode(record.value());
    } catch (MalformedRecordException e) {
      throw new AssertionError(e);
    }
  }

  /** Acknowledges everything sent so far, in order. */
  void acknowledge() {
    while (producer.completeNext()) {
      // There may be more.
    }
  }

  /** Waits until the worker has sent so many records in all. */
  void awaitSent(int records) {
    await().until(() -> sent.get() == records);
  }

  /** Waits until a partition is committed up to an offset. */
  void awaitCommitted(int partition, long offset) {
    await().until(() -> committed(partition) == offset);
  }

  /** Acknowledges what is sent until a partition is committed up to an offset. */
  void acknowledgeUntilCommitted(int partition, long offset) {
    acknowledgeUntil(() -> committed(partition) == offset);
  }

  /** Acknowledges what is sent until a condition holds. */
  void acknowledgeUntil(BooleanSupplier condition) {
    await()
        .until(
            () -> {
              acknowledge();
              return condition.getAsBoolean();
            });
  }

  /** The committed offset of a partition; -1 for none. */
  long committed(int partition) {
    return committed.getOrDefault(partition(partition), -1L);
  }

  @Override
  public void close() {
    runtime.requestStop(Duration.ZERO);
    try {
      runtime.awaitStop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
