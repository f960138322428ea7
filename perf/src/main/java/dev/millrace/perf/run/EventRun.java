package dev.millrace.perf.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.definition.WorkflowDefinitions;
import dev.millrace.perf.load.EventTail;
import dev.millrace.perf.load.StartLog;
import dev.millrace.perf.millrace.Millrace;
import dev.millrace.perf.process.BenchProcess;
import dev.millrace.perf.process.ProcessSpec;
import dev.millrace.perf.report.EventFigures;
import dev.millrace.perf.workload.RunPlan;
import dev.millrace.perf.workload.Workload;
import dev.millrace.schemas.v1.WorkflowStart;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.MalformedRecordException;
import dev.millrace.worker.publish.BatchedEventPublisher;
import dev.millrace.worker.publish.PublishOutcome;
import dev.millrace.worker.publish.PublisherFigures;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Measures the event publisher against a broker process of its own: how many events it takes, how
 * soon a reader has them, and what becomes of duplicates, in it and in an engine that is killed.
 * Nothing is left of it. Not thread-safe.
 */
public final class EventRun {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String FULL_LOAD = "bench-full-load";
  private static final String PACED = "bench-paced";
  private static final String REPEATED = "bench-repeated";

  /** One event in so many is a duplicate of one that was published before. */
  private static final int DUPLICATE_EVERY = 10;

  /** A duplicate repeats one of the last so many events, which the publisher remembers. */
  private static final int WITHIN = 50_000;

  private static final WorkflowDefinition DEFINITION =
      WorkflowDefinitions.define("starts", 1).step("done", step -> step.set(true)).build();

  private final Laboratory laboratory;
  private final Size size;

  /**
   * How much is published.
   *
   * @param events at full load, and as many again with duplicates among them
   * @param eventBytes of each value
   * @param perSecond the pace
   * @param seconds for which it is kept and measured, after as long a warm-up of 5 seconds at most
   * @param starts workflows that are started, without duplicates
   */
  public record Size(int events, int eventBytes, int perSecond, int seconds, int starts) {
    private static final int WARM_UP_SECONDS = 5;

    public Size {
      if (eventBytes < EventTail.HEAD_BYTES) {
        throw new IllegalArgumentException(
            "events of %d bytes: at least %d are needed for their numbers and times"
                .formatted(eventBytes, EventTail.HEAD_BYTES));
      }
    }

    int warmUp() {
      return perSecond * Math.min(seconds, WARM_UP_SECONDS);
    }
  }

  public EventRun(Laboratory laboratory, Size size) {
    this.laboratory = laboratory;
    this.size = size;
  }

  private record Load(double perSecond, double efficiency, double perBatch) {}

  private record Pace(double perSecond, double p50Ms, double p99Ms, double maxMs) {}

  private record Repeats(long injected, long dropped, long twice, long lost) {}

  private record Starts(int repeated, int twice, int notEnded) {}

  /**
   * Runs all parts, one after another.
   *
   * @throws IllegalStateException when a process fails
   */
  public EventFigures run(RunPlan offered)
      throws IOException,
          InterruptedException,
          ExecutionException,
          TimeoutException,
          MalformedRecordException {
    try (Site site = new Site(laboratory);
        Admin admin = site.admin()) {
      RunPlan plan = offered.on(site.installation());
      admin
          .createTopics(
              Stream.of(FULL_LOAD, PACED, REPEATED)
                  .map(topic -> new NewTopic(topic, plan.partitions(), (short) 1))
                  .toList())
          .all()
          .get();
      Load load = fullLoad(plan);
      Pace pace = paced(plan);
      Repeats repeats = repeated(plan);
      Starts starts = overAKill(site, admin, plan);
      return new EventFigures(
          load.perSecond(),
          load.efficiency(),
          load.perBatch(),
          pace.perSecond(),
          pace.p50Ms(),
          pace.p99Ms(),
          pace.maxMs(),
          repeats.injected(),
          repeats.dropped(),
          repeats.twice(),
          repeats.lost(),
          size.starts(),
          starts.repeated(),
          starts.twice(),
          starts.notEnded());
    }
  }

  private static BatchedEventPublisher publisher(RunPlan plan) {
    return BatchedEventPublisher.builder(
            Map.of(
                CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
                plan.installation().bootstrapServers()))
        .build();
  }

  private PublishOutcome publish(
      BatchedEventPublisher publisher, String topic, int number, long dueNanos)
      throws InterruptedException {
    String id = "event-" + number;
    return publisher.publish(
        id,
        new ProducerRecord<>(
            topic, id.getBytes(UTF_8), EventTail.value(number, dueNanos, size.eventBytes())));
  }

  private Load fullLoad(RunPlan plan) throws InterruptedException, TimeoutException {
    try (BatchedEventPublisher publisher = publisher(plan)) {
      int warmUp = size.events() / 4;
      for (int i = 0; i < warmUp; i++) {
        publish(publisher, FULL_LOAD, i, 0);
      }
      publisher.flush(PATIENCE);
      PublisherFigures before = publisher.figures();
      long beginNanos = System.nanoTime();
      for (int i = 0; i < size.events(); i++) {
        publish(publisher, FULL_LOAD, warmUp + i, 0);
      }
      publisher.flush(PATIENCE);
      double seconds = (System.nanoTime() - beginNanos) / 1e9;
      PublisherFigures after = publisher.figures();
      double batches = after.batches() - before.batches();
      return new Load(
          (after.published() - before.published()) / seconds,
          1 - (after.smallBatches() - before.smallBatches()) / batches,
          (after.published() - before.published()) / batches);
    }
  }

  private Pace paced(RunPlan plan) throws InterruptedException, TimeoutException {
    int warmUp = size.warmUp();
    int events = warmUp + size.perSecond() * size.seconds();
    try (EventTail tail = new EventTail(plan, PACED, events, warmUp);
        BatchedEventPublisher publisher = publisher(plan)) {
      long beginNanos = System.nanoTime();
      for (int i = 0; i < events; i++) {
        long dueNanos = beginNanos + i * 1_000_000_000L / size.perSecond();
        for (long left = dueNanos - System.nanoTime(); left > 0; ) {
          LockSupport.parkNanos(left);
          left = dueNanos - System.nanoTime();
        }
        publish(publisher, PACED, i, dueNanos);
      }
      double seconds = (System.nanoTime() - beginNanos) / 1e9;
      publisher.flush(PATIENCE);
      tail.awaitRead(events);
      return new Pace(
          events / seconds, tail.visibleMs(50), tail.visibleMs(99), tail.visibleMs(100));
    }
  }

  private Repeats repeated(RunPlan plan) throws InterruptedException, TimeoutException {
    int injected = size.events() / DUPLICATE_EVERY;
    int different = size.events() - injected;
    Random random = new Random(1);
    long dropped = 0;
    EventTail tail = new EventTail(plan, REPEATED, different, different);
    try (tail;
        BatchedEventPublisher publisher = publisher(plan)) {
      int next = 0;
      for (int i = 1; i <= size.events(); i++) {
        boolean isRepeated = i % DUPLICATE_EVERY == 0;
        int number = isRepeated ? next - 1 - random.nextInt(Math.min(next, WITHIN)) : next++;
        PublishOutcome outcome = publish(publisher, REPEATED, number, 0);
        dropped += isRepeated && outcome == PublishOutcome.DUPLICATE ? 1 : 0;
      }
      publisher.flush(PATIENCE);
      tail.awaitRead(different);
    }
    return new Repeats(injected, dropped, tail.repeated(), tail.missing());
  }

  /** Half of the starts are sent before the kill; duplicates after it are of either half. */
  private Starts overAKill(Site site, Admin admin, RunPlan plan)
      throws IOException,
          InterruptedException,
          ExecutionException,
          TimeoutException,
          MalformedRecordException {
    Path planFile = site.folder().resolve("plan.json");
    plan.write(planFile);
    Contract.install(admin, plan, Workload.QUEUE, DEFINITION);
    ProcessSpec spec = new Millrace().processes(plan, planFile, site.folder()).getFirst();
    BenchProcess engine = site.start(spec);
    engine.awaitReady(Site.START_LIMIT);
    int half = size.starts() / 2;
    try (StartLog log = new StartLog(plan);
        BatchedEventPublisher publisher = publisher(plan)) {
      Starter starter = new Starter(plan, publisher);
      starter.start(0, half);
      publisher.flush(PATIENCE);
      log.awaitEnded(half / 2, PATIENCE);
      engine.kill();
      starter.start(half, size.starts());
      publisher.flush(PATIENCE);
      site.start(spec).awaitReady(Site.START_LIMIT);
      log.awaitEnded(size.starts(), PATIENCE);
      log.readOut();
      return new Starts(starter.repeated, log.startedAgain(), size.starts() - log.ended());
    }
  }

  /** Sends starts, some of them again: under ids of their own, by which the publisher lets them. */
  private static final class Starter {
    private final BatchedEventPublisher publisher;
    private final byte[] value;
    private final Random random = new Random(2);
    private int repeated;

    Starter(RunPlan plan, BatchedEventPublisher publisher) {
      this.publisher = publisher;
      value =
          new AvroCodec<>(WorkflowStart.class, RunPlan.TOPICS.starts(), plan.connectRegistry())
              .encode(
                  WorkflowStart.newBuilder()
                      .setDefinition(DEFINITION.name())
                      .setVersion(DEFINITION.version())
                      .build());
    }

    void start(int from, int to) throws InterruptedException {
      for (int i = from; i < to; i++) {
        send("first", i);
        if (i % DUPLICATE_EVERY == 0) {
          send("again-" + i, random.nextInt(i + 1));
          repeated++;
        }
      }
    }

    private void send(String copy, int number) throws InterruptedException {
      String id = StartLog.id(number);
      publisher.publish(
          id + '/' + copy,
          new ProducerRecord<>(RunPlan.TOPICS.starts(), id.getBytes(UTF_8), value));
    }
  }
}
