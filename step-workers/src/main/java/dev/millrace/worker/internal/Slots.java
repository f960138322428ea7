package dev.millrace.worker.internal;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * How many more handlers may start. Any thread takes and gives back; only the poll thread waits.
 */
final class Slots {
  /** How long the poll thread waits for more slots once one is free, so that it wakes for many. */
  private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final AtomicInteger free;
  private final int enough;
  private volatile @Nullable Thread waiting;

  Slots(int size) {
    this.free = new AtomicInteger(size);
    this.enough = Math.max(1, size / 4);
  }

  /** Takes a slot if one is free. */
  boolean tryTake() {
    int now = free.get();
    while (now > 0) {
      if (free.compareAndSet(now, now - 1)) {
        return true;
      }
      now = free.get();
    }
    return false;
  }

  void giveBack() {
    int now = free.incrementAndGet();
    Thread thread = waiting;
    if (thread != null && (now == 1 || now == enough)) {
      LockSupport.unpark(thread);
    }
  }

  /** How many are free now. */
  int free() {
    return free.get();
  }

  boolean noneFree() {
    return free.get() == 0;
  }

  /**
   * Waits until a quarter of the slots is free, or a millisecond after the first one is, but no
   * longer than the time given. Poll thread only.
   */
  void awaitFree(long nanos) {
    long end = System.nanoTime() + nanos;
    waiting = Thread.currentThread();
    try {
      long left = nanos;
      while (noneFree() && left > 0) {
        LockSupport.parkNanos(this, left);
        left = end - System.nanoTime();
      }
      if (free.get() < enough && left > 0) {
        LockSupport.parkNanos(this, Math.min(left, GATHER_NANOS));
      }
    } finally {
      waiting = null;
    }
  }
}
