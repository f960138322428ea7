package dev.millrace.worker.publish;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes events, such as starts of workflows, many at once. Events wait in a bounded buffer
 * until a batch of them has enough events or bytes, or its oldest has waited long enough; a thread
 * sends one batch after the other. An event whose id was taken before, within a window, is left
 * out.
 *
 * <ul>
 *   <li>Nothing that was taken is dropped: when the brokers are away or fail a batch, it is kept
 *       and sent again, after 100 ms first and 10 s at most, and the buffer fills. What Kafka will
 *       never take (a record above the topic's limit, an invalid topic) is told to {@link
 *       Builder#onRefused}.
 *   <li>Events of one key of a topic are published in the order in which they were taken.
 *   <li>An event may be published twice, when an acknowledgement was lost: readers know it by its
 *       id, which the engine does with the workflow ids of starts and the ids of controls.
 * </ul>
 *
 * <p>Thread-safe.
 */
public final class BatchedEventPublisher implements AutoCloseable {
  /** Header under which each record carries its event's id, in UTF-8. */
  public static final String EVENT_ID_HEADER = "millrace.event.id";

  private static final Logger LOG = LoggerFactory.getLogger(BatchedEventPublisher.class);

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

  private final EventBuffer buffer;
  private final BatchSender sender;
  private final Thread thread;

  private BatchedEventPublisher(Builder settings) {
    this.buffer = new EventBuffer(settings.limits());
    this.sender = new BatchSender(buffer, settings.producers, settings.onRefused);
    this.thread = Thread.ofPlatform().name("millrace-publisher").daemon().start(sender);
  }

  /**
   * A publisher with producers of Kafka's own.
   *
   * @param producerSettings settings of the producer, with {@code bootstrap.servers}; what the
   *     promises of the publisher rest on is set by it: acknowledgement by all replicas,
   *     idempotence, serializers
   */
  public static Builder builder(Map<String, Object> producerSettings) {
    Map<String, Object> settings = new HashMap<>();
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 256 * 1024);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 60_000);
    settings.putAll(producerSettings);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    return new Builder(() -> new KafkaProducer<>(settings));
  }

  /**
   * A publisher with producers of one's own, such as one for tests.
   *
   * @param producers makes the producer, and another one when it has failed for good; they must be
   *     idempotent
   */
  public static Builder builder(Supplier<Producer<byte[], byte[]>> producers) {
    return new Builder(producers);
  }

  /**
   * Takes an event, as soon as there is room for it.
   *
   * @param id by which it is known; not empty
   * @param record where it goes
   * @return {@link PublishOutcome#TAKEN} or {@link PublishOutcome#DUPLICATE}
   * @throws IllegalStateException when the publisher is closed
   */
  public PublishOutcome publish(String id, ProducerRecord<byte[], byte[]> record)
      throws InterruptedException {
    return buffer.put(event(id, record));
  }

  /**
   * Takes an event if there is room for it now.
   *
   * @param id by which it is known; not empty
   * @param record where it goes
   * @throws IllegalStateException when the publisher is closed
   */
  public PublishOutcome offer(String id, ProducerRecord<byte[], byte[]> record) {
    return buffer.offer(event(id, record));
  }

  private static Event event(String id, ProducerRecord<byte[], byte[]> record) {
    if (id.isEmpty()) {
      throw new IllegalArgumentException("event id: must not be empty; readers know it by that");
    }
    record.headers().remove(EVENT_ID_HEADER).add(EVENT_ID_HEADER, id.getBytes(UTF_8));
    return new Event(id, record);
  }

  /**
   * Sends what was taken before without waiting for more, and waits for its acknowledgement.
   *
   * @throws TimeoutException when it takes longer; the events stay taken
   */
  public void flush(Duration timeout) throws InterruptedException, TimeoutException {
    if (!buffer.flush(timeout.toNanos())) {
      throw new TimeoutException(
          "%d events are not acknowledged after %s; they stay with the publisher, which goes on trying"
              .formatted(buffer.waiting(), timeout));
    }
  }

  /** What it has done so far. */
  public PublisherFigures figures() {
    return sender.figures();
  }

  /** As {@link #close(Duration)}, with 30 seconds. */
  @Override
  public void close() {
    close(CLOSE_TIMEOUT);
  }

  /**
   * Takes no more events, and publishes those that it has. Closing again does nothing.
   *
   * @throws UndeliveredEventsException when some are not acknowledged in that time
   */
  public void close(Duration timeout) {
    buffer.close();
    try {
      if (!thread.join(timeout)) {
        thread.interrupt();
        thread.join();
      }
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
    }
    List<String> undelivered = new ArrayList<>();
    sender.pending().forEach(event -> undelivered.add(event.id()));
    buffer.rest().forEach(event -> undelivered.add(event.id()));
    if (!undelivered.isEmpty()) {
      throw new UndeliveredEventsException(undelivered);
    }
  }

  /** Settings of a publisher. Not thread-safe. */
  public static final class Builder {
    private final Supplier<Producer<byte[], byte[]>> producers;
    private int events = 100_000;
    private long bytes = 64L * 1024 * 1024;
    private int batchEvents = 1_000;
    private long batchBytes = 1024 * 1024;
    private Duration longestWait = Duration.ofMillis(5);
    private int duplicateIds = 1_000_000;
    private Duration duplicateWindow = Duration.ofMinutes(10);
    private BiConsumer<String, Exception> onRefused =
        (id, failure) -> LOG.error("event '{}' is not published: {}", id, failure.toString());

    private Builder(Supplier<Producer<byte[], byte[]>> producers) {
      this.producers = Objects.requireNonNull(producers);
    }

    /** Most events, and bytes of them, that wait or are under way; 100,000 and 64 MiB. */
    public Builder capacity(int mostEvents, long mostBytes) {
      this.events = mostEvents;
      this.bytes = mostBytes;
      return this;
    }

    /** A batch is sent when it has so many events or bytes; 1,000 and 1 MiB. */
    public Builder batch(int fullEvents, long fullBytes) {
      this.batchEvents = fullEvents;
      this.batchBytes = fullBytes;
      return this;
    }

    /** ... or when its oldest event has waited for so long; 5 ms. */
    public Builder longestWait(Duration wait) {
      this.longestWait = wait;
      return this;
    }

    /** How many ids are remembered at most, and how long each; a million and 10 minutes. */
    public Builder duplicateWindow(int mostIds, Duration window) {
      this.duplicateIds = mostIds;
      this.duplicateWindow = window;
      return this;
    }

    /**
     * What is done with an event that Kafka will never take, in the publisher's thread; it is
     * logged otherwise. An event of that id may be published again.
     */
    public Builder onRefused(BiConsumer<String, Exception> action) {
      this.onRefused = Objects.requireNonNull(action);
      return this;
    }

    /**
     * Starts the publisher.
     *
     * @throws IllegalArgumentException when a limit is below 1, or a batch larger than the capacity
     */
    public BatchedEventPublisher build() {
      return new BatchedEventPublisher(this);
    }

    private PublisherLimits limits() {
      return new PublisherLimits(
          events, bytes, batchEvents, batchBytes, longestWait, duplicateIds, duplicateWindow);
    }
  }
}
