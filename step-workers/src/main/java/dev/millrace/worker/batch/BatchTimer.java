package dev.millrace.worker.batch;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The time as batches know it. Thread-safe. */
interface BatchTimer {
  /** Nanoseconds since some moment. */
  long nanos();

  /** Does something once so much time has passed; the future that is given cancels it. */
  CompletableFuture<Void> after(long nanos, Runnable action);

  /** The time of the machine. */
  static BatchTimer system() {
    return new BatchTimer() {
      @Override
      public long nanos() {
        return System.nanoTime();
      }

      @Override
      public CompletableFuture<Void> after(long nanos, Runnable action) {
        CompletableFuture<Void> due = new CompletableFuture<>();
        CompletableFuture<Void> unused =
            due.thenRunAsync(action, task -> Thread.startVirtualThread(task));
        return due.completeOnTimeout(null, nanos, TimeUnit.NANOSECONDS);
      }
    };
  }
}
