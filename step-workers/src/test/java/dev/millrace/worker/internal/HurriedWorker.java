package dev.millrace.worker.internal;

import static dev.millrace.worker.Schedules.assertHolds;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.schemas.Topics;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.worker.Commands;
import dev.millrace.worker.InMemoryRegistry;
import dev.millrace.worker.Profile;
import dev.millrace.worker.RandomTiming;
import dev.millrace.worker.Schedules;
import dev.millrace.worker.Source;
import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.spi.PayloadCodec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a worker that its source of commands works with, for one run of a program. Each
 * handler is a thread of the program, and so is each acknowledgement of the broker. Commands are
 * numbered; what must hold for each is checked while they run.
 */
final class HurriedWorker {
  static final Topics TOPICS = Topics.standard();
  static final String COMMANDS = TOPICS.commands("q");

  /** Step type of which one may run at once, where the worker is asked for it. */
  static final String LIMITED = "one";

  static final InMemoryRegistry REGISTRY = new InMemoryRegistry();
  private static final int MOST = 8;

  /** What is the same for all programs, and large, so that no program begins with making it. */
  private static final PayloadValues VALUES =
      new PayloadValues(REGISTRY, TOPICS, PayloadCodec.NONE);

  private static final RecordMetadata METADATA =
      new RecordMetadata(new TopicPartition(TOPICS.completions(), 0), 0, 0, 0, 0, 0);

  private static final WorkerMeters METERS =
      new WorkerMeters(WorkerSettings.NO_METERS, "q", List.of("a", LIMITED));

  private static final Broker BROKER = new Broker();
  private static final DeadLetters DEAD_LETTERS = new DeadLetters(BROKER, TOPICS.deadLetters());
  private static final Completions COMPLETIONS =
      new Completions(settings(1, false, Duration.ZERO, Map.of()), BROKER);

  /** Whose completions the broker has; one program runs at a time. */
  private static volatile @Nullable HurriedWorker current;

  final Schedules.Threads threads = new Schedules.Threads();
  final StopSignal stop = new StopSignal();
  final Slots slots;
  final CommandRunner runner;
  final WorkerSettings settings;
  private final AtomicIntegerArray started = new AtomicIntegerArray(MOST);
  private final AtomicIntegerArray acknowledged = new AtomicIntegerArray(MOST);
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger runningOfType = new AtomicInteger();
  private final AtomicInteger lastOfKey = new AtomicInteger(-1);
  private final AtomicInteger runningOfKey = new AtomicInteger();
  private final int size;
  private final boolean inKeyOrder;

  /** What is done when the broker has acknowledged a completion. */
  Runnable afterAcknowledgement = () -> {};

  HurriedWorker(int size, boolean inKeyOrder, Duration drainTimeout) {
    this.size = size;
    this.inKeyOrder = inKeyOrder;
    this.slots = new Slots(size);
    this.settings =
        settings(size, inKeyOrder, drainTimeout, Map.of("a", this::handle, LIMITED, this::handle));
    this.runner =
        new CommandRunner(
            settings.handlers(),
            VALUES,
            COMPLETIONS,
            DEAD_LETTERS,
            slots,
            new WaitingCommands<>(inKeyOrder, settings.slotsOfTypes()),
            stop,
            new RunningCommands(),
            new HandlerThreads(command -> threads.start(command::run), System::nanoTime),
            InstantSource.fixed(Instant.EPOCH),
            METERS);
    current = this;
  }

  private static WorkerSettings settings(
      int size, boolean inKeyOrder, Duration drainTimeout, Map<String, StepHandler> handlers) {
    return new WorkerSettings(
        "tester",
        "mock:1",
        REGISTRY,
        TOPICS,
        "q",
        Source.consumerGroup(),
        Profile.SMALL,
        size,
        inKeyOrder ? Map.of(LIMITED, 1) : Map.of(),
        inKeyOrder,
        drainTimeout,
        handlers,
        PayloadCodec.NONE,
        WorkerSettings.NO_METERS,
        Map.of());
  }

  /** A command as it lies in a partition: its number is its offset, and its key the partition. */
  static ConsumerRecord<byte[], byte[]> record(int partition, int number, String type) {
    StepCommand command = Commands.command(Integer.toString(number), type);
    byte[] value = new AvroCodec<>(StepCommand.class, COMMANDS, REGISTRY).encode(command);
    byte[] key = {(byte) partition};
    return new ConsumerRecord<>(
        COMMANDS,
        partition,
        number,
        0,
        TimestampType.CREATE_TIME,
        key.length,
        value.length,
        key,
        value,
        new RecordHeaders(),
        Optional.empty(),
        Optional.of((short) 1));
  }

  private StepResult handle(StepContext context) {
    int number = Integer.parseInt(context.workflowId());
    assertHolds(started.incrementAndGet(number) == 1, number + " is started twice");
    assertHolds(running.incrementAndGet() <= size, "more handlers than slots");
    boolean isLimited = inKeyOrder && context.type().equals(LIMITED);
    if (isLimited) {
      assertHolds(runningOfType.incrementAndGet() == 1, "more handlers than slots of the type");
    }
    RandomTiming.pause();
    if (inKeyOrder) {
      assertHolds(runningOfKey.incrementAndGet() == 1, "two handlers of a key at once");
      assertHolds(lastOfKey.getAndSet(number) < number, number + " is out of order");
      runningOfKey.decrementAndGet();
    }
    if (isLimited) {
      runningOfType.decrementAndGet();
    }
    RandomTiming.pause();
    running.decrementAndGet();
    return StepResult.succeeded();
  }

  boolean isStarted(int number) {
    return started.get(number) > 0;
  }

  boolean isAcknowledged(long number) {
    return acknowledged.get((int) number) > 0;
  }

  private void acknowledge(int number) {
    assertHolds(acknowledged.incrementAndGet(number) == 1, number + " is answered twice");
  }

  /** Ends the program, once the source has ended. */
  void end(int expectedStarts) {
    threads.join();
    stop.failure()
        .ifPresent(
            failure -> {
              throw new AssertionError("the worker failed", failure);
            });
    int starts = 0;
    for (int number = 0; number < MOST; number++) {
      starts += started.get(number);
      assertHolds(
          started.get(number) == acknowledged.get(number), number + " is not answered once");
    }
    assertHolds(starts >= expectedStarts, starts + " commands are started");
    for (int i = 0; i < size; i++) {
      assertHolds(slots.tryTake(), "a slot is lost");
    }
    assertHolds(!slots.tryTake(), "there is a slot too many");
  }

  /** Acknowledges each record some time, in any order. */
  private static final class Broker extends MockProducer<byte[], byte[]> {
    Broker() {
      super(false, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public synchronized Future<RecordMetadata> send(
        ProducerRecord<byte[], byte[]> record, @Nullable Callback callback) {
      HurriedWorker worker = Objects.requireNonNull(current);
      int number = Integer.parseInt(new String(record.key(), UTF_8));
      worker.threads.start(
          () -> {
            RandomTiming.pause();
            worker.acknowledge(number);
            RandomTiming.pause();
            if (callback != null) {
              callback.onCompletion(METADATA, null);
            }
            worker.afterAcknowledgement.run();
          });
      return CompletableFuture.completedFuture(METADATA);
    }
  }

  static List<ConsumerRecord<byte[], byte[]>> records(int partition, String... types) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (String type : types) {
      records.add(record(partition, records.size(), type));
    }
    return List.copyOf(records);
  }
}
