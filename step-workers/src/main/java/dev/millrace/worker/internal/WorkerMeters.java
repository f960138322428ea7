package dev.millrace.worker.internal;

import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.worker.StepResult;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a worker counts and times. All its meters say its queue; what is told by step type knows the
 * types that have a handler, and by failure type the first {@value #VALUES_MAX} that come: all
 * others are {@value #OTHER}. A registry that throws costs figures and nothing else. Thread-safe.
 */
final class WorkerMeters {
  /** Most values of one tag. */
  static final int VALUES_MAX = 200;

  /** The values beyond. */
  static final String OTHER = "other";

  private static final Logger LOG = LoggerFactory.getLogger(WorkerMeters.class);

  private static final Duration[] TIMES =
      LongStream.of(
              1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 30_000, 300_000, 3_600_000)
          .mapToObj(Duration::ofMillis)
          .toArray(Duration[]::new);

  private static final double[] BATCHES = {1, 2, 5, 10, 20, 50, 100};

  private final MeterRegistry registry;
  private final Tags ofQueue;
  private final Map<String, OfType> types = new HashMap<>();
  private final OfType others;
  private final Counter overdue;
  private final Counter heartbeats;
  private final Counter deadLetters;
  private final Timer encoding;
  private final Timer decoding;
  private final DistributionSummary batchSize;
  private final Map<String, Counter> failures = new ConcurrentHashMap<>();
  private final List<Gauge> gauges = new ArrayList<>();
  private final AtomicBoolean hasThrown = new AtomicBoolean();

  /** The meters of one step type. */
  private record OfType(Timer queueTime, Timer succeeded, Timer failed) {}

  WorkerMeters(WorkerSettings settings) {
    this(settings.meters(), settings.queue(), settings.handlers().keySet());
  }

  WorkerMeters(MeterRegistry registry, String queue, Collection<String> stepTypes) {
    this.registry = registry;
    this.ofQueue = Tags.of("queue", queue);
    stepTypes.stream().sorted().limit(VALUES_MAX).forEach(type -> types.put(type, ofType(type)));
    others = ofType(OTHER);
    overdue = counter("overdue", "Commands dropped, since the engine had given them up.", ofQueue);
    heartbeats = counter("heartbeats", "Signs of life sent.", ofQueue);
    deadLetters = counter("dead.letters", "Records that are no commands.", ofQueue);
    encoding = payloadTime("encode");
    decoding = payloadTime("decode");
    batchSize =
        DistributionSummary.builder("millrace.worker.batch.size")
            .description("Items of a command that carries a batch.")
            .tags(ofQueue)
            .serviceLevelObjectives(BATCHES)
            .register(registry);
  }

  /** Gives the slots their gauges, once, until {@link #unbind}. */
  void bind(Slots slots, int size) {
    gauges.add(
        Gauge.builder("millrace.worker.slots", () -> size)
            .description("Handlers that may run at once.")
            .tags(ofQueue)
            .register(registry));
    gauges.add(
        Gauge.builder("millrace.worker.slots.used", slots, each -> size - each.free())
            .description("Handlers that run.")
            .tags(ofQueue)
            .strongReference(true)
            .register(registry));
  }

  /**
   * Takes the gauges of the slots away, which would say of a worker that has stopped what it was.
   */
  void unbind() {
    quietly(() -> gauges.forEach(registry::remove));
  }

  /** A command is about to run. */
  void started(ConsumerRecord<byte[], byte[]> record, StepCommand command, Instant at) {
    quietly(
        () -> {
          if (record.timestamp() >= 0) {
            long waitedMs = Math.max(0, at.toEpochMilli() - record.timestamp());
            of(command).queueTime.record(Duration.ofMillis(waitedMs));
          }
          int items = command.getItems().size();
          if (items > 0) {
            batchSize.record(items);
          }
        });
  }

  /** A handler has returned, and what it returned can be sent. */
  void ended(StepCommand command, StepResult result, Instant startedAt, Instant endedAt) {
    OfType ofType = of(command);
    Duration took = Duration.between(startedAt, endedAt);
    quietly(
        () -> {
          switch (result) {
            case StepResult.Succeeded succeeded -> ofType.succeeded.record(took);
            case StepResult.Batch batch -> ofType.succeeded.record(took);
            case StepResult.Failed failed -> {
              ofType.failed.record(took);
              failure(failed.type()).increment();
            }
          }
        });
  }

  void overdue() {
    quietly(overdue::increment);
  }

  void heartbeat() {
    quietly(heartbeats::increment);
  }

  void deadLetter() {
    quietly(deadLetters::increment);
  }

  /** A payload was made of a value. */
  void encoded(long nanos) {
    quietly(() -> encoding.record(nanos, TimeUnit.NANOSECONDS));
  }

  /** A value was made of a payload. */
  void decoded(long nanos) {
    quietly(() -> decoding.record(nanos, TimeUnit.NANOSECONDS));
  }

  /** What is measured goes on whether or not the registry takes the figure. */
  private void quietly(Runnable figure) {
    try {
      figure.run();
    } catch (RuntimeException e) {
      if (hasThrown.compareAndSet(false, true)) {
        LOG.warn("the meter registry has thrown, figures are lost; this is logged once", e);
      }
    }
  }

  private OfType of(StepCommand command) {
    return types.getOrDefault(command.getType(), others);
  }

  private Counter failure(String type) {
    Counter known = failures.get(type);
    return known != null
        ? known
        : failures.computeIfAbsent(
            failures.size() < VALUES_MAX ? type : OTHER,
            each -> counter("failures", "Handlers that failed.", ofQueue.and("code", each)));
  }

  private OfType ofType(String type) {
    Tags tags = ofQueue.and("type", type);
    return new OfType(
        timer("queue.time", "From the writing of a command to the start of its handler.", tags),
        timer(
            "handler.time",
            "From the call of a handler to its return.",
            tags.and("outcome", "succeeded")),
        timer(
            "handler.time",
            "From the call of a handler to its return.",
            tags.and("outcome", "failed")));
  }

  private Timer payloadTime(String operation) {
    return timer(
        "payload.time",
        "Time in making payloads of values, and values of payloads.",
        ofQueue.and("operation", operation));
  }

  private Timer timer(String name, String description, Tags tags) {
    return Timer.builder("millrace.worker." + name)
        .description(description)
        .tags(tags)
        .serviceLevelObjectives(TIMES)
        .register(registry);
  }

  private Counter counter(String name, String description, Tags tags) {
    return Counter.builder("millrace.worker." + name)
        .description(description)
        .tags(tags)
        .register(registry);
  }
}
