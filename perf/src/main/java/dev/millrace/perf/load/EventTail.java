package dev.millrace.perf.load;

import dev.millrace.perf.workload.RunPlan;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads a topic in a thread of its own, counts how often each event is there, and measures how long
 * after its time. Thread-safe.
 */
public final class EventTail implements AutoCloseable {
  /**
   * Bytes that every value begins with: the number of the event, and when it was to be published.
   */
  public static final int HEAD_BYTES = Integer.BYTES + Long.BYTES;

  private static final Duration POLL_LIMIT = Duration.ofMillis(100);
  private static final int SIGNIFICANT_DIGITS = 3;

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Histogram visibleNanos = new ConcurrentHistogram(SIGNIFICANT_DIGITS);
  private final byte[] times;
  private final int measuredFrom;
  private final AtomicInteger read = new AtomicInteger();
  private final Thread thread;
  private volatile boolean isClosed;

  /**
   * Begins to read a topic that nothing is written to yet.
   *
   * @param events how many different ones there are
   * @param measuredFrom number of the first whose time is measured
   */
  public EventTail(RunPlan plan, String topic, int events, int measuredFrom) {
    this.times = new byte[events];
    this.measuredFrom = measuredFrom;
    consumer =
        new KafkaConsumer<>(
            plan.consumerConfig(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    thread = Thread.ofPlatform().name("event-tail").daemon().start(this::read);
  }

  /** The value of an event. */
  public static byte[] value(int number, long dueNanos, int bytes) {
    byte[] value = new byte[bytes];
    ByteBuffer.wrap(value).putInt(number).putLong(dueNanos);
    return value;
  }

  private void read() {
    while (!isClosed) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL_LIMIT)) {
        long nowNanos = System.nanoTime();
        ByteBuffer head = ByteBuffer.wrap(record.value());
        int number = head.getInt();
        if (number >= measuredFrom) {
          visibleNanos.recordValue(Math.max(0, nowNanos - head.getLong()));
        }
        times[number] = (byte) Math.min(times[number] + 1, Byte.MAX_VALUE);
        read.incrementAndGet();
      }
    }
    consumer.close();
  }

  /** Waits until so many records are read and nothing more comes for a second, or for a minute. */
  public void awaitRead(int records) throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    int before = -1;
    while ((read.get() < records || read.get() != before) && System.nanoTime() < deadline) {
      before = read.get();
      Thread.sleep(1_000);
    }
  }

  /** How long after its time an event was read, in milliseconds. */
  public double visibleMs(double percentile) {
    return visibleNanos.getValueAtPercentile(percentile) / 1e6;
  }

  /** Stops reading. The counts are final then. */
  @Override
  public void close() throws InterruptedException {
    isClosed = true;
    thread.join();
  }

  /** How many events are there more than once; only after the close. */
  public long repeated() {
    return count(2);
  }

  /** How many events are not there; only after the close. */
  public long missing() {
    return times.length - count(1);
  }

  private long count(int least) {
    long found = 0;
    for (byte each : times) {
      found += each >= least ? 1 : 0;
    }
    return found;
  }
}
