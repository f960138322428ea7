package dev.millrace.worker.publish;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends one batch after the other. A batch is kept until the brokers have acknowledged or refused
 * each of its events; what is left of it is sent again, so events of one key never overtake each
 * other. Its thread owns the producer.
 */
final class BatchSender implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(BatchSender.class);

  private static final long FIRST_BACK_OFF_MS = 100;
  private static final long LONGEST_BACK_OFF_MS = 10_000;

  private final EventBuffer buffer;
  private final Supplier<Producer<byte[], byte[]>> producers;
  private final BiConsumer<String, Exception> onRefused;
  private final LongAdder published = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder retries = new LongAdder();
  private final LongAdder batches = new LongAdder();
  private final LongAdder smallBatches = new LongAdder();
  private @Nullable Producer<byte[], byte[]> producer;

  /**
   * What of the current batch is not acknowledged; the publisher reads it when the thread ended.
   */
  private volatile List<Event> pending = List.of();

  BatchSender(
      EventBuffer buffer,
      Supplier<Producer<byte[], byte[]>> producers,
      BiConsumer<String, Exception> onRefused) {
    this.buffer = buffer;
    this.producers = producers;
    this.onRefused = onRefused;
  }

  /** Until the buffer is closed and empty, or the thread is interrupted. */
  @Override
  public void run() {
    try {
      EventBuffer.Batch batch = buffer.take();
      while (!batch.events().isEmpty()) {
        deliver(batch);
        batch = buffer.take();
      }
    } catch (InterruptedException | InterruptException e) {
      LOG.debug("closed while events were under way", e);
    } finally {
      closeProducer();
    }
  }

  private void deliver(EventBuffer.Batch batch) throws InterruptedException {
    List<Event> refusedEvents = new ArrayList<>();
    pending = batch.events();
    long backOffMs = FIRST_BACK_OFF_MS;
    send(refusedEvents);
    while (!pending.isEmpty()) {
      retries.increment();
      TimeUnit.MILLISECONDS.sleep(backOffMs);
      backOffMs = Math.min(2 * backOffMs, LONGEST_BACK_OFF_MS);
      send(refusedEvents);
    }
    batches.increment();
    if (!batch.isFull()) {
      smallBatches.increment();
    }
    buffer.settle(refusedEvents);
  }

  /** Sends what is pending, and keeps what has to be sent again. */
  private void send(List<Event> refusedEvents) {
    List<Event> events = pending;
    Answers answers = new Answers(events.size());
    Exception first = sendAll(events, answers);
    List<Event> left = new ArrayList<>();
    Set<Place> delayed = new HashSet<>();
    for (int i = 0; i < events.size(); i++) {
      Event event = events.get(i);
      Exception failure = answers.failure(i);
      if (failure != null && isRefusal(failure)) {
        refusedEvents.add(event);
        refused.increment();
        tell(event, failure);
      } else if (!answers.isAcknowledged(i) || delayed.contains(Place.of(event.record()))) {
        // Later ones of the same key go again too: behind this one, as they were taken.
        delayed.add(Place.of(event.record()));
        left.add(event);
        first = first == null ? failure : first;
      } else {
        published.increment();
      }
    }
    pending = left;
    if (first != null) {
      LOG.warn("{} of {} events go again: {}", left.size(), events.size(), first.toString());
      if (!(first instanceof RetriableException)) {
        closeProducer(); // it may be of no more use
      }
    }
  }

  /** What stands in the way of those that got no answer, if anything does. */
  private @Nullable Exception sendAll(List<Event> events, Answers answers) {
    try {
      Producer<byte[], byte[]> current = producer();
      for (int i = 0; i < events.size(); i++) {
        int place = i;
        Future<RecordMetadata> unused =
            current.send(
                events.get(i).record(), (metadata, failure) -> answers.set(place, failure));
      }
      current.flush();
      return null;
    } catch (InterruptException e) {
      throw e;
    } catch (RuntimeException e) {
      return e;
    }
  }

  private static boolean isRefusal(Exception failure) {
    return failure instanceof RecordTooLargeException || failure instanceof InvalidTopicException;
  }

  private void tell(Event event, Exception failure) {
    try {
      onRefused.accept(event.id(), failure);
    } catch (RuntimeException e) {
      LOG.warn("what was to be told of refused event '{}' has failed itself", event.id(), e);
    }
  }

  private Producer<byte[], byte[]> producer() {
    Producer<byte[], byte[]> current = producer;
    if (current == null) {
      current = producers.get();
      producer = current;
    }
    return current;
  }

  private void closeProducer() {
    Producer<byte[], byte[]> current = producer;
    if (current != null) {
      producer = null;
      try {
        current.close(Duration.ZERO);
      } catch (RuntimeException e) {
        LOG.warn("closing the producer: {}", e.toString());
      }
    }
  }

  /** Events that were taken out of the buffer and are not acknowledged. */
  List<Event> pending() {
    return pending;
  }

  PublisherFigures figures() {
    return new PublisherFigures(
        published.sum(),
        buffer.duplicates(),
        refused.sum(),
        retries.sum(),
        batches.sum(),
        smallBatches.sum(),
        buffer.waiting());
  }

  /** What the brokers said of each event of a batch; the producer's thread writes it. */
  private static final class Answers {
    private final AtomicReferenceArray<@Nullable Optional<Exception>> byPlace;

    Answers(int events) {
      byPlace = new AtomicReferenceArray<>(events);
    }

    void set(int place, @Nullable Exception failure) {
      byPlace.set(place, Optional.ofNullable(failure));
    }

    boolean isAcknowledged(int place) {
      Optional<Exception> answer = byPlace.get(place);
      return answer != null && answer.isEmpty();
    }

    @Nullable Exception failure(int place) {
      Optional<Exception> answer = byPlace.get(place);
      return answer == null ? null : answer.orElse(null);
    }
  }

  /** Within which events stay in order: a key of a topic; without a key there is no order. */
  private record Place(String topic, @Nullable Bytes key) {
    static Place of(ProducerRecord<byte[], byte[]> record) {
      byte[] key = record.key();
      return new Place(record.topic(), key == null ? null : Bytes.wrap(key));
    }
  }
}
