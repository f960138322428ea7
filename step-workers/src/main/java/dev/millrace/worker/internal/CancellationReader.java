package dev.millrace.worker.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.schemas.v1.AttemptCancellations;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads which attempts are not waited for any more, from now on and without a group, since every
 * worker is to know, and cancels those that run here. To miss one costs only work that is for
 * nothing, so whatever fails is tried again and fails nothing else. {@link #run} owns the consumer;
 * {@link #stop} may be called by any thread.
 */
final class CancellationReader implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(CancellationReader.class);

  private static final Duration POLL_TIMEOUT = Duration.ofSeconds(10);

  /** How soon a partition is found that was added. */
  private static final long PARTITIONS_NANOS = TimeUnit.MINUTES.toNanos(1);

  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Consumer<byte[], byte[]> consumer;
  private final AvroCodec<AttemptCancellations> codec;
  private final String topic;
  private final RunningCommands running;
  private volatile boolean stopped;
  private Set<TopicPartition> assigned = Set.of();
  private long assignedNanos;

  CancellationReader(
      Consumer<byte[], byte[]> consumer,
      AvroCodec<AttemptCancellations> codec,
      String topic,
      RunningCommands running) {
    this.consumer = consumer;
    this.codec = codec;
    this.topic = topic;
    this.running = running;
  }

  @Override
  public void run() {
    while (!stopped) {
      try {
        assign();
        if (assigned.isEmpty()) {
          LockSupport.parkNanos(this, RETRY_NANOS); // an installation that has no such topic yet
        } else {
          consumer.poll(POLL_TIMEOUT).forEach(this::take);
        }
      } catch (WakeupException e) {
        LOG.debug("asked to stop");
      } catch (KafkaException e) {
        LOG.warn("cannot read cancellations now, handlers may run for nothing: {}", e.toString());
        LockSupport.parkNanos(this, RETRY_NANOS);
      }
    }
    consumer.close();
  }

  void stop() {
    stopped = true;
    consumer.wakeup();
  }

  private void assign() {
    long now = System.nanoTime();
    if (!assigned.isEmpty() && now - assignedNanos < PARTITIONS_NANOS) {
      return;
    }
    assignedNanos = now;
    Set<TopicPartition> all =
        consumer.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .collect(Collectors.toSet());
    List<TopicPartition> added = all.stream().filter(each -> !assigned.contains(each)).toList();
    if (!added.isEmpty()) {
      consumer.assign(all);
      consumer.seekToEnd(added);
      assigned = all;
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    try {
      if (record.key() == null || record.value() == null) {
        throw new MalformedRecordException("a record without key or value", null);
      }
      running.cancel(new String(record.key(), UTF_8), codec.decode(record.value()));
    } catch (MalformedRecordException | RuntimeException e) { // the next one may be better
      LOG.warn(
          "a cancellation at {}/{}@{} cannot be read: {}",
          record.topic(),
          record.partition(),
          record.offset(),
          e.getMessage());
    }
  }
}
