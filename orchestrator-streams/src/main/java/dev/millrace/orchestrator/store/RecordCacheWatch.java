package dev.millrace.orchestrator.store;

import java.util.function.LongConsumer;

/**
 * Notices when the record cache is too small: a change that reaches the bytes store while a
 * workflow is being put, not at a commit, was pushed out by it. Such writes come in bursts, each
 * waits for outputs, and the changelog no longer folds rewrites. Thread-safe.
 */
public final class RecordCacheWatch {
  private final ThreadLocal<Put> current = ThreadLocal.withInitial(Put::new);
  private final LongConsumer evictions;

  private static final class Put {
    private boolean underWay;
    private long evicted;
  }

  /**
   * A watch.
   *
   * @param evictions told, by the stream thread, how many changes one put has pushed out
   */
  public RecordCacheWatch(LongConsumer evictions) {
    this.evictions = evictions;
  }

  /** Does a put into the cache. */
  void put(Runnable put) {
    Put watched = current.get();
    watched.underWay = true;
    try {
      put.run();
    } finally {
      watched.underWay = false;
      if (watched.evicted > 0) {
        evictions.accept(watched.evicted);
        watched.evicted = 0;
      }
    }
  }

  /** A change has reached the bytes store. */
  void written() {
    Put watched = current.get();
    if (watched.underWay) {
      watched.evicted++;
    }
  }
}
