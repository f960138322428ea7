package dev.millrace.worker.publish;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.InterruptException;
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
  private final FailureJudge judge;
  private final BiConsumer<String, Exception> onRefused;
  private final LongAdder published = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder retries = new LongAdder();
  private final LongAdder batches = new LongAdder();
  private final LongAdder smallBatches = new LongAdder();
  private @Nullable Producer<byte[], byte[]> producer;

  /** Why events of the current batch go again; others read it. */
  private volatile @Nullable Exception lastFailure;

  /**
   * Makes the first producer, so that settings it does not take are the caller's to hear of.
   *
   * @throws RuntimeException what making the producer throws
   */
  BatchSender(
      EventBuffer buffer,
      Supplier<Producer<byte[], byte[]>> producers,
      Duration patience,
      BiConsumer<String, Exception> onRefused) {
    this.buffer = buffer;
    this.producers = producers;
    this.judge = new FailureJudge(patience);
    this.onRefused = onRefused;
    this.producer = producers.get();
  }

  /** Until the buffer is closed and empty, or the thread is interrupted, or something breaks. */
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
    } catch (Throwable e) {
      LOG.error("the publisher is broken, and publishes nothing more", e);
      buffer.fail(e);
    } finally {
      closeProducer();
    }
  }

  private void deliver(EventBuffer.Batch batch) throws InterruptedException {
    List<Event> left = batch.events();
    long backOffMs = FIRST_BACK_OFF_MS;
    boolean isOneByOne = false;
    while (!left.isEmpty()) {
      int before = left.size();
      isOneByOne = send(left, isOneByOne);
      left = buffer.underWay();
      if (!left.isEmpty()) {
        retries.increment();
        backOffMs = left.size() < before ? FIRST_BACK_OFF_MS : backOffMs;
        TimeUnit.MILLISECONDS.sleep(backOffMs);
        backOffMs = Math.min(2 * backOffMs, LONGEST_BACK_OFF_MS);
      }
    }
    batches.increment();
    if (!batch.isFull()) {
      smallBatches.increment();
    }
    lastFailure = null;
    buffer.settle();
  }

  /** Sends events once; returns whether those that are left should go one by one. */
  private boolean send(List<Event> events, boolean isOneByOne) {
    Pass pass;
    try {
      pass = new Pass(producer(), events, judge);
    } catch (InterruptException e) {
      throw e;
    } catch (RuntimeException e) {
      failed(e, events.size());
      return isOneByOne;
    }
    try {
      if (isOneByOne) {
        pass.sendOneByOne();
      } else {
        pass.sendTogether();
      }
    } finally {
      evaluate(pass);
    }
    return pass.isSuspicious();
  }

  /** Also when the pass was interrupted, so that nothing is told as undelivered that is not. */
  private void evaluate(Pass pass) {
    List<Event> acknowledged = pass.acknowledged();
    List<Event> left = pass.left();
    acknowledged.forEach(judge::acknowledged);
    pass.refused().keySet().forEach(judge::refused);
    buffer.keep(left, pass.refused().keySet());
    published.add(acknowledged.size());
    refused.add(pass.refused().size());
    Exception obstacle = pass.obstacle();
    if (obstacle != null) {
      failed(obstacle, left.size());
    }
    if (pass.isProducerSpent()) {
      closeProducer();
    }
    tell(pass.refused());
  }

  private void failed(Exception failure, int left) {
    lastFailure = failure;
    LOG.warn("{} events go again: {}", left, failure.toString());
  }

  /** Tells of each event, and throws the first error of that when all are told. */
  private void tell(Map<Event, Exception> events) {
    Error error = null;
    for (Map.Entry<Event, Exception> each : events.entrySet()) {
      String id = each.getKey().id();
      try {
        onRefused.accept(id, each.getValue());
      } catch (RuntimeException e) {
        LOG.warn("what was to be told of refused event '{}' has failed itself", id, e);
      } catch (Error e) {
        error = error == null ? e : error;
      }
    }
    if (error != null) {
      throw error;
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

  /** Why events that are not acknowledged are not, if that is known. */
  @Nullable Throwable lastFailure() {
    Throwable failure = buffer.failure();
    return failure == null ? lastFailure : failure;
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
}
