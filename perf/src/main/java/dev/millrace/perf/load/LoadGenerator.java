package dev.millrace.perf.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.perf.workload.RunPlan;
import dev.millrace.perf.workload.SendCheck;
import dev.millrace.perf.workload.Workload;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.v1.DuplicatePolicy;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.v1.WorkflowStart;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.EventHistory;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Keeps a number of workflows in flight: each has a slot, and when the events topic says that it
 * has succeeded, the slot's next one starts. The slot and its turn are in the workflow id, so an
 * end that is reported twice counts once. One thread; closed loop, so the time of a workflow runs
 * from the moment its slot was free.
 */
public final class LoadGenerator {
  /** Printed when the measured window opens. */
  public static final String WINDOW_OPEN = "window open";

  /** Printed when the measured window has closed. */
  public static final String WINDOW_CLOSED = "window closed";

  /** Printed when the result is written; the process then waits for its end. */
  public static final String RESULT_WRITTEN = "result written";

  /** Longest time without the end of any workflow, before a run is given up. */
  static final Duration STALL_LIMIT = Duration.ofSeconds(60);

  private static final Duration POLL_LIMIT = Duration.ofMillis(100);

  private final RunPlan plan;
  private final Consumer<byte[], byte[]> consumer;
  private final Producer<byte[], byte[]> producer;
  private final AvroCodec<WorkflowEvents> events;
  private final List<byte[]> starts;
  private long started;
  private final long[] intendedStartNs;
  private final long[] turn;
  private final SendCheck sends = new SendCheck();

  LoadGenerator(
      RunPlan plan,
      Consumer<byte[], byte[]> consumer,
      Producer<byte[], byte[]> producer,
      SchemaRegistry registry) {
    this.plan = plan;
    this.consumer = consumer;
    this.producer = producer;
    this.events = new AvroCodec<>(WorkflowEvents.class, RunPlan.TOPICS.events(), registry);
    Workload workload = Workload.named(plan.workload());
    AvroCodec<WorkflowStart> codec =
        new AvroCodec<>(WorkflowStart.class, RunPlan.TOPICS.starts(), registry);
    this.starts =
        workload.work().inputs().stream()
            .map(input -> codec.encode(start(workload, input)))
            .toList();
    this.intendedStartNs = new long[plan.inFlight()];
    this.turn = new long[plan.inFlight()];
  }

  /** Takes two arguments: the file of the run's plan and the file to write the result to. */
  public static void main(String[] args) throws Exception {
    RunPlan plan = RunPlan.read(Path.of(args[0]));
    try (Consumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(
                plan.consumerConfig(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        Producer<byte[], byte[]> producer =
            new KafkaProducer<>(
                plan.producerConfig(), new ByteArraySerializer(), new ByteArraySerializer())) {
      new LoadGenerator(plan, consumer, producer, plan.connectRegistry())
          .run()
          .write(Path.of(args[1]));
    }
    System.out.println(RESULT_WRITTEN);
    System.in.transferTo(OutputStream.nullOutputStream());
  }

  LoadResult run() throws MalformedRecordException {
    seekToEnd();
    Window window = new Window(plan.extent(), System.nanoTime());
    for (int slot = 0; slot < turn.length; slot++) {
      startNext(slot, System.nanoTime());
    }
    Window.State state = Window.State.WARMING_UP;
    long lastEndNs = System.nanoTime();
    while (state != Window.State.CLOSED) {
      for (ConsumerRecord<byte[], byte[]> read : consumer.poll(POLL_LIMIT)) {
        if (isEnd(read)) {
          long nowNs = System.nanoTime();
          if (ended(new String(read.key(), UTF_8), window, nowNs)) {
            lastEndNs = nowNs;
            state = signal(state, window.advance(nowNs));
          }
        }
        if (state == Window.State.CLOSED) {
          return window.result();
        }
      }
      long nowNs = System.nanoTime();
      requireProgress(nowNs - lastEndNs);
      state = signal(state, window.advance(nowNs));
    }
    return window.result();
  }

  private static Window.State signal(Window.State before, Window.State now) {
    if (before != now) {
      System.out.println(now == Window.State.OPEN ? WINDOW_OPEN : WINDOW_CLOSED);
    }
    return now;
  }

  private void seekToEnd() {
    String topic = RunPlan.TOPICS.events();
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the callback sees failures
  private void startNext(int slot, long nowNs) {
    intendedStartNs[slot] = nowNs;
    byte[] id = "%s-%d-%d".formatted(plan.workload(), slot, ++turn[slot]).getBytes(UTF_8);
    byte[] start = starts.get((int) (started++ % starts.size()));
    producer.send(new ProducerRecord<>(RunPlan.TOPICS.starts(), id, start), sends);
  }

  /** Ends the turn of the workflow's slot, unless that was done already. */
  private boolean ended(String workflowId, Window window, long nowNs) {
    int beforeTurn = workflowId.lastIndexOf('-');
    int beforeSlot = workflowId.lastIndexOf('-', beforeTurn - 1);
    int slot = Integer.parseInt(workflowId, beforeSlot + 1, beforeTurn, 10);
    if (Long.parseLong(workflowId, beforeTurn + 1, workflowId.length(), 10) != turn[slot]) {
      return false;
    }
    window.ended(intendedStartNs[slot], nowNs);
    startNext(slot, nowNs);
    return true;
  }

  private boolean isEnd(ConsumerRecord<byte[], byte[]> read) throws MalformedRecordException {
    WorkflowEvent last = events.decode(read.value()).getEvents().getLast();
    if (!EventHistory.endsWorkflow(last.getType())) {
      return false;
    }
    if (last.getType() != EventType.WORKFLOW_SUCCEEDED) {
      throw new IllegalStateException(
          "workflow %s must succeed, but: %s".formatted(new String(read.key(), UTF_8), last));
    }
    return true;
  }

  private void requireProgress(long sinceLastEndNs) {
    sends.requireNoFailure();
    if (sinceLastEndNs > STALL_LIMIT.toNanos()) {
      throw new IllegalStateException(
          "no workflow of %d in flight ended within %d s"
              .formatted(plan.inFlight(), TimeUnit.NANOSECONDS.toSeconds(sinceLastEndNs)));
    }
  }

  /** The start of a workflow of a workload. */
  static WorkflowStart start(Workload workload, byte[] input) {
    return new WorkflowStart(
        workload.definition().name(),
        workload.definition().version(),
        new Payload("", ByteBuffer.wrap(input)),
        "",
        5,
        null,
        null,
        null,
        DuplicatePolicy.REJECT);
  }
}
