package dev.millrace.worker.batch;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * How many items a batch should have: as many as took the target duration in the last runs, between
 * two bounds. Thread-safe.
 */
final class BatchSize {
  /** So many runs are kept. */
  static final int KEPT_RUNS = 50;

  /** So many of them, the last, count. */
  static final int COUNTED_RUNS = 10;

  private final int least;
  private final int most;
  private final long targetNanos;
  private final Deque<BatchRun> runs = new ArrayDeque<>();
  private volatile int current;

  /** Bounds that are the same are a size that is always the same. */
  BatchSize(int least, int most, Duration target) {
    this.least = least;
    this.most = most;
    this.targetNanos = target.toNanos();
    this.current = least;
  }

  int current() {
    return current;
  }

  synchronized List<BatchRun> runs() {
    return List.copyOf(runs);
  }

  synchronized void ran(int items, long nanos) {
    runs.addLast(new BatchRun(items, Duration.ofNanos(Math.max(0, nanos))));
    if (runs.size() > KEPT_RUNS) {
      runs.removeFirst();
    }
    double countedItems = 0;
    double countedNanos = 0;
    int left = COUNTED_RUNS;
    for (BatchRun run : (Iterable<BatchRun>) runs::descendingIterator) {
      if (left-- == 0) {
        break;
      }
      countedItems += run.items();
      countedNanos += run.duration().toNanos();
    }
    double fitting = targetNanos * countedItems / Math.max(1, countedNanos);
    current = (int) Math.max(least, Math.min(most, fitting));
  }
}
