package dev.millrace.worker.publish;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Events on their way, bounded by number and bytes, with the ids that were taken. Those of the
 * batch that is being sent count too, until they are acknowledged or refused. Thread-safe: many
 * put, one takes.
 */
final class EventBuffer {
  private final PublisherLimits limits;
  private final DuplicateFilter known;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final Condition batch = lock.newCondition();
  private final Condition settled = lock.newCondition();
  private final ArrayDeque<Event> waiting = new ArrayDeque<>();
  private long waitingBytes;

  /** What was taken out and is neither acknowledged nor refused. */
  private List<Event> underWay = List.of();

  private long underWayBytes;
  private int batchSize;
  private long taken;
  private long done;
  private long duplicates;

  /** Events up to this one, counted as they were taken, do not wait for a batch to fill. */
  private long urgentUntil;

  private boolean isClosed;
  private @Nullable Throwable failure;

  /** Events that are sent together. */
  record Batch(List<Event> events, boolean isFull) {}

  EventBuffer(PublisherLimits limits) {
    this.limits = limits;
    this.known = new DuplicateFilter(limits.duplicateIds(), limits.duplicateWindow().toNanos());
  }

  /** Takes an event unless it is known or there is no room. */
  PublishOutcome offer(String id, ProducerRecord<byte[], byte[]> record) {
    lock.lock();
    try {
      return tryPut(id, record);
    } finally {
      lock.unlock();
    }
  }

  /** Takes an event unless it is known, as soon as there is room. */
  PublishOutcome put(String id, ProducerRecord<byte[], byte[]> record) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      PublishOutcome outcome = tryPut(id, record);
      while (outcome == PublishOutcome.FULL) {
        room.await();
        outcome = tryPut(id, record);
      }
      return outcome;
    } finally {
      lock.unlock();
    }
  }

  private PublishOutcome tryPut(String id, ProducerRecord<byte[], byte[]> record) {
    checkSound();
    if (isClosed) {
      throw new IllegalStateException("the publisher is closed");
    }
    long now = System.nanoTime();
    if (known.contains(id, now)) {
      duplicates++;
      return PublishOutcome.DUPLICATE;
    }
    long bytes = Event.bytes(id, record);
    int events = waiting.size() + underWay.size();
    boolean fits =
        events < limits.events() && waitingBytes + underWayBytes + bytes <= limits.bytes();
    if (!fits && events > 0) {
      if (underWay.isEmpty()) {
        urgentUntil = taken; // room comes of nothing else
        batch.signal();
      }
      return PublishOutcome.FULL;
    }
    waiting.add(Event.of(id, record, bytes, now));
    known.add(id, now);
    waitingBytes += bytes;
    taken++;
    if (waiting.size() == 1 || isFull()) {
      batch.signal();
    }
    return PublishOutcome.TAKEN;
  }

  private void checkSound() {
    if (failure != null) {
      throw new IllegalStateException(
          "the publisher is broken, and publishes nothing more: close it and make another one",
          failure);
    }
  }

  private boolean isFull() {
    return waiting.size() >= limits.batchEvents() || waitingBytes >= limits.batchBytes();
  }

  /**
   * The next batch, once it is full, old enough or urgent; empty when closed and nothing is left.
   */
  Batch take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!isFull() && !isClosed && !isUrgent()) {
        Event oldest = waiting.peek();
        if (oldest == null) {
          batch.await();
        } else {
          long left = limits.longestWait().toNanos() - (System.nanoTime() - oldest.takenNanos());
          if (left <= 0) {
            break;
          }
          batch.awaitNanos(left);
        }
      }
      return first();
    } finally {
      lock.unlock();
    }
  }

  private boolean isUrgent() {
    return !waiting.isEmpty() && taken - waiting.size() < urgentUntil;
  }

  private Batch first() {
    boolean isFull = isFull();
    List<Event> events = new ArrayList<>(Math.min(waiting.size(), limits.batchEvents()));
    long bytes = 0;
    while (!waiting.isEmpty()
        && events.size() < limits.batchEvents()
        && bytes < limits.batchBytes()) {
      Event event = waiting.remove();
      bytes += event.bytes();
      events.add(event);
    }
    waitingBytes -= bytes;
    underWay = List.copyOf(events);
    underWayBytes = bytes;
    batchSize = events.size();
    return new Batch(underWay, isFull);
  }

  /**
   * Only these of the batch that was taken last are still under way; there is room for others, and
   * events with the ids of those that Kafka refuses may come again.
   */
  void keep(List<Event> left, Collection<Event> refused) {
    lock.lock();
    try {
      refused.forEach(event -> known.forget(event.id()));
      underWay = List.copyOf(left);
      underWayBytes = left.stream().mapToLong(Event::bytes).sum();
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  List<Event> underWay() {
    lock.lock();
    try {
      return underWay;
    } finally {
      lock.unlock();
    }
  }

  /** The batch that was taken last is settled, and all are told that are to be told of it. */
  void settle() {
    lock.lock();
    try {
      done += batchSize;
      batchSize = 0;
      settled.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Nothing will be taken out any more; whoever waits, or comes, is told why. */
  void fail(Throwable cause) {
    lock.lock();
    try {
      failure = cause;
      room.signalAll();
      settled.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Nullable Throwable failure() {
    lock.lock();
    try {
      return failure;
    } finally {
      lock.unlock();
    }
  }

  /** Has everything sent at once, and waits until what was taken before is settled. */
  boolean flush(long timeoutNanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long until = taken;
      long left = timeoutNanos;
      urgentUntil = until;
      batch.signal();
      while (done < until && left > 0) {
        checkSound();
        left = settled.awaitNanos(left);
      }
      return done >= until;
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more events. */
  void close() {
    lock.lock();
    try {
      isClosed = true;
      batch.signal();
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** What is neither acknowledged nor refused, in order. */
  List<Event> undelivered() {
    lock.lock();
    try {
      List<Event> events = new ArrayList<>(underWay);
      events.addAll(waiting);
      return events;
    } finally {
      lock.unlock();
    }
  }

  long duplicates() {
    lock.lock();
    try {
      return duplicates;
    } finally {
      lock.unlock();
    }
  }

  long waiting() {
    lock.lock();
    try {
      return (long) waiting.size() + underWay.size();
    } finally {
      lock.unlock();
    }
  }
}
