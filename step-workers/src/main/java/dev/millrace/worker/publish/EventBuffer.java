package dev.millrace.worker.publish;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Events on their way, bounded by number and bytes, with the ids that were taken. Those of the
 * batch that is being sent count too, until they are settled. Thread-safe: many put, one takes.
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
  private long oldestNanos;
  private int unsettled;
  private long unsettledBytes;
  private long taken;
  private long done;
  private long duplicates;
  private boolean isUrgent;
  private boolean isClosed;

  /** Events that are sent together. */
  record Batch(List<Event> events, boolean isFull) {}

  EventBuffer(PublisherLimits limits) {
    this.limits = limits;
    this.known = new DuplicateFilter(limits.duplicateIds(), limits.duplicateWindow().toNanos());
  }

  /** Takes an event unless it is known or there is no room. */
  PublishOutcome offer(Event event) {
    lock.lock();
    try {
      return tryPut(event);
    } finally {
      lock.unlock();
    }
  }

  /** Takes an event unless it is known, as soon as there is room. */
  PublishOutcome put(Event event) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      PublishOutcome outcome = tryPut(event);
      while (outcome == PublishOutcome.FULL) {
        room.await();
        outcome = tryPut(event);
      }
      return outcome;
    } finally {
      lock.unlock();
    }
  }

  private PublishOutcome tryPut(Event event) {
    if (isClosed) {
      throw new IllegalStateException("the publisher is closed");
    }
    long now = System.nanoTime();
    if (known.contains(event.id(), now)) {
      duplicates++;
      return PublishOutcome.DUPLICATE;
    }
    int events = waiting.size() + unsettled;
    boolean fits =
        events < limits.events() && waitingBytes + unsettledBytes + event.bytes() <= limits.bytes();
    if (!fits && events > 0) {
      return PublishOutcome.FULL;
    }
    known.add(event.id(), now);
    if (waiting.isEmpty()) {
      oldestNanos = now;
    }
    waiting.add(event);
    waitingBytes += event.bytes();
    taken++;
    if (waiting.size() == 1 || isFull()) {
      batch.signal();
    }
    return PublishOutcome.TAKEN;
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
      while (!isFull() && !isClosed && !(isUrgent && !waiting.isEmpty())) {
        if (waiting.isEmpty()) {
          batch.await();
        } else {
          long left = limits.longestWait().toNanos() - (System.nanoTime() - oldestNanos);
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
    unsettled = events.size();
    unsettledBytes = bytes;
    oldestNanos = System.nanoTime();
    return new Batch(events, isFull);
  }

  /** The batch that was taken last is settled, but for those events that Kafka refuses. */
  void settle(List<Event> refused) {
    lock.lock();
    try {
      refused.forEach(event -> known.forget(event.id()));
      done += unsettled;
      unsettled = 0;
      unsettledBytes = 0;
      isUrgent = isUrgent && !waiting.isEmpty();
      room.signalAll();
      settled.signalAll();
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
      while (done < until && left > 0) {
        isUrgent = true;
        batch.signal();
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

  /** What nobody has taken out. */
  List<Event> rest() {
    lock.lock();
    try {
      return List.copyOf(waiting);
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
      return taken - done;
    } finally {
      lock.unlock();
    }
  }
}
