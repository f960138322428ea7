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
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What a worker counts and times. All its meters say its queue; what is told by step type knows the
 * types that have a handler, and by failure type the first {@value #VALUES_MAX} that come: all
 * others are {@value #OTHER}. Thread-safe.
 */
final class WorkerMeters {
  /** Most values of one tag. */
  static final int VALUES_MAX = 200;

  /** The values beyond. */
  static final String OTHER = "other";

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

  /** Gives the slots their gauges. */
  void bind(Slots slots, int size) {
    Gauge.builder("millrace.worker.slots", () -> size)
        .description("Handlers that may run at once.")
        .tags(ofQueue)
        .register(registry);
    Gauge.builder("millrace.worker.slots.used", slots, each -> size - each.free())
        .description("Handlers that run.")
        .tags(ofQueue)
        .strongReference(true)
        .register(registry);
  }

  /** A command is about to run. */
  void started(ConsumerRecord<byte[], byte[]> record, StepCommand command, Instant at) {
    if (record.timestamp() >= 0) {
      long waitedMs = Math.max(0, at.toEpochMilli() - record.timestamp());
      of(command).queueTime.record(Duration.ofMillis(waitedMs));
    }
    int items = command.getItems().size();
    if (items > 0) {
      batchSize.record(items);
    }
  }

  /** A handler has returned, and what it returned can be sent. */
  void ended(StepCommand command, StepResult result, Instant startedAt, Instant endedAt) {
    OfType ofType = of(command);
    Duration took = Duration.between(startedAt, endedAt);
    switch (result) {
      case StepResult.Succeeded succeeded -> ofType.succeeded.record(took);
      case StepResult.Batch batch -> ofType.succeeded.record(took);
      case StepResult.Failed failed -> {
        ofType.failed.record(took);
        failure(failed.type()).increment();
      }
    }
  }

  void overdue() {
    overdue.increment();
  }

  void heartbeat() {
    heartbeats.increment();
  }

  void deadLetter() {
    deadLetters.increment();
  }

  /** Times what makes payloads of values. */
  Timer encoding() {
    return encoding;
  }

  /** Times what makes values of payloads. */
  Timer decoding() {
    return decoding;
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
