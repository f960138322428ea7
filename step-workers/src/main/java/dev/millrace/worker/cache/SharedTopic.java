package dev.millrace.worker.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.worker.Payload;
import dev.millrace.worker.spi.WarmUp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topic of shared results: a record a result, its key that of the result, its value the output.
 * The header {@link #EXPIRES} says until when it may be given, in milliseconds since 1970; {@link
 * #CONTENT_TYPE} is that of the output, and is absent where a handler returned nothing.
 *
 * <p>{@link #open} reads all that there is; then a thread of its own follows. Thread-safe but for
 * that.
 */
final class SharedTopic implements AutoCloseable {
  static final String EXPIRES = "millrace.expires";
  static final String CONTENT_TYPE = "content-type";

  /** A time, in milliseconds since 1970, before the year 5138. */
  private static final Pattern MILLIS = Pattern.compile("[0-9]{1,14}");

  private static final Logger LOG = LoggerFactory.getLogger(SharedTopic.class);
  private static final String PURPOSE = "shared-results";
  private static final Duration POLL_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration TOPIC_CHECK_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Longest time that a handler's thread waits for room in the producer, in milliseconds. */
  private static final int MAX_BLOCK_MS = 1_000;

  /** No more than one warning in this time. */
  private static final long WARNING_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final String topic;
  private final CacheSettings settings;
  private final KeptResults results;
  private final InstantSource clock;
  private final AtomicBoolean isOpened = new AtomicBoolean();
  private final AtomicLong nextWarningNanos = new AtomicLong(System.nanoTime());
  private volatile @Nullable Connection connection;
  private boolean isClosed;

  SharedTopic(String topic, CacheSettings settings, KeptResults results, InstantSource clock) {
    this.topic = topic;
    this.settings = settings;
    this.results = results;
    this.clock = clock;
  }

  private record Connection(KafkaProducer<byte[], byte[]> producer, Follower follower) {}

  /** Reads what there is, and starts to follow what comes. */
  void open(WarmUp.Clients clients) {
    if (!isOpened.compareAndSet(false, true)) {
      throw new IllegalStateException(
          "shared results in topic '%s': one object is for one worker, make another one"
              .formatted(topic));
    }
    Map<String, Object> sending = new HashMap<>(clients.producer(PURPOSE));
    sending.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MS);
    KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            clients.consumer(PURPOSE), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    try {
      long start = System.nanoTime();
      long records = readToEnd(consumer);
      LOG.info(
          "read {} records of shared results in topic '{}' in {} ms",
          records,
          topic,
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
      follow(consumer, sending);
    } catch (RuntimeException e) {
      try {
        consumer.close(CloseOptions.timeout(Duration.ZERO));
      } catch (KafkaException interrupted) {
        e.addSuppressed(interrupted);
      }
      throw e;
    }
  }

  /** Starts what {@link #close} ends, unless nobody is to use it any more. */
  private synchronized void follow(
      KafkaConsumer<byte[], byte[]> consumer, Map<String, Object> sending) {
    if (isClosed || Thread.currentThread().isInterrupted()) {
      throw new IllegalStateException(
          "shared results in topic '%s' were given up while they were read".formatted(topic));
    }
    Follower follower = new Follower(consumer);
    connection =
        new Connection(
            new KafkaProducer<>(sending, new ByteArraySerializer(), new ByteArraySerializer()),
            follower);
    Thread.ofPlatform().daemon().name("millrace-" + PURPOSE).start(follower);
  }

  private long readToEnd(KafkaConsumer<byte[], byte[]> consumer) {
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic, TOPIC_CHECK_TIMEOUT).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    if (partitions.isEmpty()) {
      throw new IllegalStateException(
          "topic '%s' of shared results does not exist: create it with cleanup.policy=compact,delete and retention.ms=%d"
              .formatted(topic, settings.ttl().toMillis()));
    }
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    long records = 0;
    for (Map.Entry<TopicPartition, Long> end : consumer.endOffsets(partitions).entrySet()) {
      while (consumer.position(end.getKey()) < end.getValue()) {
        ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL_TIMEOUT);
        polled.forEach(this::take);
        records += polled.count();
      }
    }
    return records;
  }

  /** Refuses to say what is shared before it was read. */
  void checkIsRead() {
    connected();
  }

  private Connection connected() {
    Connection connected = connection;
    if (connected == null) {
      throw new IllegalStateException(
          "shared results in topic '%s' are not read: give them to warmUp(...) of the worker, too"
              .formatted(topic));
    }
    return connected;
  }

  /** Writes a result for the others, if it can be written. Does not wait until it is. */
  @SuppressWarnings("FutureReturnValueIgnored") // the callback is told
  void write(String key, KeptResult result) {
    Payload output = result.output();
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            topic, key.getBytes(UTF_8), output == null ? new byte[0] : output.data());
    record.headers().add(EXPIRES, Long.toString(result.expires().toEpochMilli()).getBytes(UTF_8));
    if (output != null) {
      record.headers().add(CONTENT_TYPE, output.contentType().getBytes(UTF_8));
    }
    try {
      connected()
          .producer()
          .send(
              record,
              (metadata, failure) -> {
                if (failure != null) {
                  warn("cannot write a result to topic '%s': %s".formatted(topic, failure));
                }
              });
    } catch (KafkaException | IllegalStateException e) { // also one that was closed
      warn("cannot write a result to topic '%s': %s".formatted(topic, e));
    }
  }

  /** Keeps the result that a record says, if it says one; whatever the record is, others follow. */
  void take(ConsumerRecord<byte[], byte[]> record) {
    try {
      takeResult(record);
    } catch (RuntimeException e) {
      leaveOut(record, e.toString());
    }
  }

  private static @Nullable String text(@Nullable Header header) {
    byte[] value = header == null ? null : header.value();
    return value == null ? null : new String(value, UTF_8);
  }

  private void takeResult(ConsumerRecord<byte[], byte[]> record) {
    String key = record.key() == null ? "" : new String(record.key(), UTF_8);
    if (!ResultKey.isOne(key)) {
      leaveOut(record, "its key is not that of a result");
      return;
    }
    if (record.value() == null) {
      results.remove(key);
      return;
    }
    String expires = text(record.headers().lastHeader(EXPIRES));
    if (expires == null || !MILLIS.matcher(expires).matches()) {
      leaveOut(record, "its header %s is no time".formatted(EXPIRES));
      return;
    }
    if (record.value().length > settings.maxResultBytes()) {
      leaveOut(
          record,
          "%d bytes, the limit is %d".formatted(record.value().length, settings.maxResultBytes()));
      return;
    }
    Header type = record.headers().lastHeader(CONTENT_TYPE);
    String contentType = text(type);
    if (type != null && contentType == null) {
      leaveOut(record, "its header %s has no value".formatted(CONTENT_TYPE));
      return;
    }
    Payload output = contentType == null ? null : new Payload(contentType, record.value());
    Instant end = Instant.ofEpochMilli(Long.parseLong(expires));
    if (end.isAfter(clock.instant())) {
      results.put(key, new KeptResult(output, end));
    }
  }

  private void leaveOut(ConsumerRecord<byte[], byte[]> record, String why) {
    warn(
        "the shared result at %s-%d@%d is left out: %s"
            .formatted(record.topic(), record.partition(), record.offset(), why));
  }

  private void warn(String message) {
    long now = System.nanoTime();
    long next = nextWarningNanos.get();
    if (now - next >= 0 && nextWarningNanos.compareAndSet(next, now + WARNING_NANOS)) {
      LOG.warn("{}", message);
    } else {
      LOG.debug("{}", message);
    }
  }

  @Override
  public void close() {
    Connection connected;
    synchronized (this) {
      isClosed = true;
      connected = connection;
    }
    if (connected != null) {
      connected.follower().stop();
      connected.producer().close(CLOSE_TIMEOUT);
    }
  }

  /** Takes what comes. Owns the consumer; {@link #stop} may be called by any thread. */
  private final class Follower implements Runnable {
    private final KafkaConsumer<byte[], byte[]> consumer;
    private volatile boolean stopped;

    Follower(KafkaConsumer<byte[], byte[]> consumer) {
      this.consumer = consumer;
    }

    @Override
    public void run() {
      while (!stopped) {
        try {
          consumer.poll(POLL_TIMEOUT).forEach(SharedTopic.this::take);
        } catch (WakeupException e) {
          LOG.debug("asked to stop");
        } catch (KafkaException e) {
          warn("cannot read topic '%s' now and goes on trying: %s".formatted(topic, e));
          LockSupport.parkNanos(this, RETRY_NANOS);
        }
      }
      consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
    }

    void stop() {
      stopped = true;
      consumer.wakeup();
    }
  }
}
