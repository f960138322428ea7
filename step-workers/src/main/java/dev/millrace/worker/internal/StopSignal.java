package dev.millrace.worker.internal;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Tells the poll thread to stop: because somebody asked, or because something failed for good. */
final class StopSignal {
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile boolean requested;
  private volatile long deadlineNanos;

  /** Asks to stop, with so much time for what is running. A later request may shorten it. */
  void request(Duration drainTimeout) {
    deadlineNanos = System.nanoTime() + drainTimeout.toNanos();
    requested = true;
  }

  /** Stops at once, since a completion or an offset cannot be relied on any more. */
  void fail(Throwable reason) {
    failure.compareAndSet(null, reason);
    requested = true;
  }

  boolean requested() {
    return requested;
  }

  boolean failed() {
    return failure.get() != null;
  }

  Optional<Throwable> failure() {
    return Optional.ofNullable(failure.get());
  }

  /** Nanoseconds left for what is running; 0 after a failure. Only after a request. */
  long nanosLeft() {
    return failed() ? 0 : Math.max(0, deadlineNanos - System.nanoTime());
  }
}
