package dev.millrace.worker.publish;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
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
 *       never take (a record above the topic's limit or without the key that the topic asks for, an
 *       invalid topic), and what fails alone for longer than {@link Builder#patience}, is told to
 *       {@link Builder#onRefused}.
 *   <li>Events of one key of a topic are published in the order in which they were taken, as long
 *       as the number of its partitions stays.
 *   <li>An event may be published twice, when an acknowledgement was lost; the second copy may be
 *       behind later events. Readers know it by its id, which the engine does with the workflow ids
 *       of starts and the ids of controls.
 * </ul>
 *
 * <p>Thread-safe.
 */
public final class BatchedEventPublisher implements AutoCloseable {
  /** Header under which each record carries its event's id, in UTF-8. */
  public static final String EVENT_ID_HEADER = "millrace.event.id";

  private static final Logger LOG = LoggerFactory.getLogger(BatchedEventPublisher.class);

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

  /** How long the thread gets to notice that it is interrupted. */
  private static final Duration INTERRUPTED_TIMEOUT = Duration.ofSeconds(5);

  private final EventBuffer buffer;
  private final BatchSender sender;
  private final Thread thread;
  private final AtomicBoolean isClosed = new AtomicBoolean();

  private BatchedEventPublisher(Builder settings) {
    this.buffer = new EventBuffer(settings.limits());
    this.sender =
        new BatchSender(buffer, settings.producers, settings.patience, settings.onRefused);
    this.thread = Thread.ofPlatform().name("millrace-publisher").daemon().start(sender);
  }

  /**
   * A publisher with producers of Kafka's own.
   *
   * @param producerSettings settings of the producer, with {@code bootstrap.servers}; what the
   *     promises of the publisher rest on is set by it: acknowledgement by all replicas,
   *     idempotence, one request at a time, serializers. Its own defaults are no linger, batches of
   *     256 KiB, {@code delivery.timeout.ms} 60,000 and {@code max.block.ms} 1,000
   * @throws IllegalArgumentException when {@code transactional.id} or {@code
   *     max.in.flight.requests.per.connection} is among them
   */
  public static Builder builder(Map<String, Object> producerSettings) {
    for (String own :
        List.of(
            ProducerConfig.TRANSACTIONAL_ID_CONFIG,
            ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION)) {
      if (producerSettings.containsKey(own)) {
        throw new IllegalArgumentException(
            "producer setting '%s' %s: the publisher is not transactional and has one request under way at a time, to keep events in order; leave the setting out"
                .formatted(own, producerSettings.get(own)));
      }
    }
    Map<String, Object> settings = new HashMap<>();
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 256 * 1024);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 60_000);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 1_000);
    settings.putAll(producerSettings);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
    settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    return new Builder(() -> new KafkaProducer<>(settings));
  }

  /**
   * A publisher with producers of one's own, such as one for tests.
   *
   * @param producers makes the producer, and another one when it has failed for good or an event
   *     has failed that others are queued behind; they must be idempotent, with one request under
   *     way at a time, and closing one within a callback must fail what is queued
   */
  public static Builder builder(Supplier<Producer<byte[], byte[]>> producers) {
    return new Builder(producers);
  }

  /**
   * Takes an event, as soon as there is room for it. Within {@link Builder#onRefused} nothing makes
   * room: use {@link #offer} there.
   *
   * @param id by which it is known; not empty
   * @param record where it goes; its key and value must stay as they are from now on
   * @return {@link PublishOutcome#TAKEN} or {@link PublishOutcome#DUPLICATE}
   * @throws IllegalStateException when the publisher is closed or broken (its cause says by what),
   *     or there is no room and this is the publisher's own thread
   */
  public PublishOutcome publish(String id, ProducerRecord<byte[], byte[]> record)
      throws InterruptedException {
    if (!Thread.currentThread().equals(thread)) {
      return buffer.put(checked(id), record);
    }
    PublishOutcome outcome = offer(id, record);
    if (outcome == PublishOutcome.FULL) {
      throw new IllegalStateException(
          "no room for event '%s', and none comes before onRefused returns: use offer there, and keep what is FULL for later"
              .formatted(id));
    }
    return outcome;
  }

  /**
   * Takes an event if there is room for it now.
   *
   * @param id by which it is known; not empty
   * @param record where it goes; its key and value must stay as they are from now on
   * @throws IllegalStateException when the publisher is closed or broken (its cause says by what)
   */
  public PublishOutcome offer(String id, ProducerRecord<byte[], byte[]> record) {
    return buffer.offer(checked(id), record);
  }

  private static String checked(String id) {
    if (id.isEmpty()) {
      throw new IllegalArgumentException("event id: must not be empty; readers know it by that");
    }
    return id;
  }

  /**
   * Sends what was taken before without waiting for more, and waits until each of it is
   * acknowledged or refused: it returns normally although events were refused, which only {@link
   * Builder#onRefused} and {@link PublisherFigures#refused()} tell.
   *
   * @throws TimeoutException when it takes longer; the events stay taken
   * @throws IllegalStateException when the publisher is broken (its cause says by what), or this is
   *     the publisher's own thread, as within {@link Builder#onRefused}
   */
  public void flush(Duration timeout) throws InterruptedException, TimeoutException {
    checkOtherThread("flush");
    if (!buffer.flush(timeout.toNanos())) {
      throw new TimeoutException(
          "%d events are not acknowledged after %s; they stay with the publisher, which goes on trying"
              .formatted(buffer.waiting(), timeout));
    }
  }

  private void checkOtherThread(String action) {
    if (Thread.currentThread().equals(thread)) {
      throw new IllegalStateException(
          "%s within onRefused would wait for itself: do it in another thread".formatted(action));
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
   * Takes no more events, and publishes those that it has. Closing again does nothing. A thread
   * that is interrupted waits no longer than {@code onRefused} or the producer takes to notice, and
   * 5 seconds at most.
   *
   * @throws UndeliveredEventsException when some are not acknowledged in that time
   * @throws IllegalStateException when this is the publisher's own thread, as within {@link
   *     Builder#onRefused}
   */
  public void close(Duration timeout) {
    checkOtherThread("close");
    if (!isClosed.compareAndSet(false, true)) {
      return;
    }
    buffer.close();
    end(timeout);
    List<String> undelivered = buffer.undelivered().stream().map(Event::id).toList();
    if (!undelivered.isEmpty()) {
      throw new UndeliveredEventsException(undelivered, sender.lastFailure());
    }
  }

  private void end(Duration timeout) {
    boolean isInterrupted = false;
    boolean isEnded = false;
    try {
      isEnded = thread.join(timeout);
    } catch (InterruptedException e) {
      isInterrupted = true;
    }
    if (!isEnded) {
      thread.interrupt();
      try {
        if (!thread.join(INTERRUPTED_TIMEOUT)) {
          LOG.warn(
              "the publisher's thread has not ended {} after its interrupt", INTERRUPTED_TIMEOUT);
        }
      } catch (InterruptedException e) {
        isInterrupted = true;
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
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
    private int duplicateIds = 100_000;
    private Duration duplicateWindow = Duration.ofMinutes(10);
    private Duration patience = Duration.ofMinutes(1);
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

    /**
     * How many ids are remembered at most, and how long each; 100,000 and 10 minutes. An id takes
     * some 150 bytes of memory, so 100,000 take 15 MB.
     */
    public Builder duplicateWindow(int mostIds, Duration window) {
      this.duplicateIds = mostIds;
      this.duplicateWindow = window;
      return this;
    }

    /**
     * What is done with an event that Kafka will never take, in the publisher's thread; it is
     * logged otherwise. An event of that id may be published again, here too: with {@link
     * BatchedEventPublisher#offer}, since no room comes while this runs. What it throws is logged;
     * an {@link Error} ends the publisher.
     */
    public Builder onRefused(BiConsumer<String, Exception> action) {
      this.onRefused = Objects.requireNonNull(action);
      return this;
    }

    /**
     * How long an event is tried whose topic or partition does not exist or may not be written, or
     * that fails alone for a reason nobody knows; 1 minute. Meanwhile other events of its batch go
     * out, and later batches wait. Then it is refused, and so are others for that topic at once,
     * until one of them is taken.
     */
    public Builder patience(Duration time) {
      this.patience = Objects.requireNonNull(time);
      return this;
    }

    /**
     * Starts the publisher, and makes its first producer.
     *
     * @throws IllegalArgumentException when a limit is below 1, or a batch larger than the capacity
     * @throws RuntimeException what making the producer throws, such as Kafka's for settings that
     *     it does not take
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
