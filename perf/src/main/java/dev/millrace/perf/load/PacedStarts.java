package dev.millrace.perf.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.perf.workload.RunPlan;
import dev.millrace.perf.workload.SendCheck;
import dev.millrace.perf.workload.Workload;
import dev.millrace.schemas.v1.WorkflowStart;
import dev.millrace.schemas.wire.AvroCodec;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Starts workflows at a pace, whatever becomes of them: an open loop, in a thread of its own. Their
 * ids are {@link #ID} and a number from 0. Thread-safe.
 */
public final class PacedStarts implements AutoCloseable {
  /** How the id of each workflow begins. */
  public static final String ID = "paced-";

  private static final long TURN_NS = Duration.ofMillis(5).toNanos();
  private static final double SECOND_NS = 1e9;

  private final Producer<byte[], byte[]> producer;
  private final SendCheck sends = new SendCheck();
  private final byte[] start;
  private final Thread thread;
  private volatile double perSecond;
  private volatile long started;
  private volatile boolean isStopped;

  /** Starts nothing until it has a pace. */
  public PacedStarts(RunPlan plan) {
    Workload workload = Workload.named(plan.workload());
    start =
        new AvroCodec<>(WorkflowStart.class, RunPlan.TOPICS.starts(), plan.connectRegistry())
            .encode(LoadGenerator.start(workload, Workload.input()));
    producer =
        new KafkaProducer<>(
            plan.producerConfig(), new ByteArraySerializer(), new ByteArraySerializer());
    thread = Thread.ofPlatform().name("paced-starts").start(this::run);
  }

  /** So many a second from now on; 0 for none. */
  public void pace(double workflowsPerSecond) {
    perSecond = workflowsPerSecond;
  }

  /**
   * How many were started.
   *
   * @throws IllegalStateException when a record was not accepted
   */
  public long started() {
    sends.requireNoFailure();
    return started;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the callback sees failures
  private void run() {
    double due = 0;
    long beforeNs = System.nanoTime();
    while (!isStopped) {
      long nowNs = System.nanoTime();
      due += perSecond * (nowNs - beforeNs) / SECOND_NS;
      beforeNs = nowNs;
      long number = started;
      for (; due >= 1; due--) {
        byte[] id = (ID + number++).getBytes(UTF_8);
        producer.send(new ProducerRecord<>(RunPlan.TOPICS.starts(), id, start), sends);
      }
      started = number;
      LockSupport.parkNanos(this, TURN_NS);
    }
    producer.close();
  }

  /** Starts no more, and waits until those that were started are in the log. */
  @Override
  public void close() throws InterruptedException {
    isStopped = true;
    thread.join();
  }
}
