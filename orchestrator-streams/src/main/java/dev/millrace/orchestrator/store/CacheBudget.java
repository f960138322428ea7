package dev.millrace.orchestrator.store;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * How much heap the changes since the last commit may take, all tasks of an engine together. When
 * it is used up, changes are written early: each such write waits for outputs, and the changelog no
 * longer folds rewrites, so it should not happen in normal operation. Thread-safe.
 */
public final class CacheBudget {
  private final long bytesMax;
  private final LongConsumer evictions;
  private final AtomicLong used = new AtomicLong();

  /**
   * A budget.
   *
   * @param bytesMax how many bytes, about
   * @param evictions told, by a stream thread, how many changes are written early
   */
  public CacheBudget(long bytesMax, LongConsumer evictions) {
    this.bytesMax = bytesMax;
    this.evictions = evictions;
  }

  /** Takes bytes of the budget, or with a negative number gives them back. */
  void use(long bytes) {
    used.addAndGet(bytes);
  }

  boolean isUsedUp() {
    return used.get() > bytesMax;
  }

  void evicted(long changes) {
    evictions.accept(changes);
  }
}
