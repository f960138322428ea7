package dev.millrace.worker.publish;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** The ids that were taken last, at most so many and for no longer than a time. Not thread-safe. */
final class DuplicateFilter {
  private final int mostIds;
  private final long windowNanos;
  private final Map<String, Long> takenNanos = new LinkedHashMap<>();

  DuplicateFilter(int mostIds, long windowNanos) {
    this.mostIds = mostIds;
    this.windowNanos = windowNanos;
  }

  /** Whether an id was taken within the window; it counts from then, however often it comes. */
  boolean contains(String id, long nowNanos) {
    Long taken = takenNanos.get(id);
    return taken != null && nowNanos - taken <= windowNanos;
  }

  void add(String id, long nowNanos) {
    takenNanos.remove(id);
    takenNanos.put(id, nowNanos);
    Iterator<Long> eldest = takenNanos.values().iterator();
    boolean isOver = true;
    while (isOver) {
      long sinceNanos = nowNanos - eldest.next();
      isOver = takenNanos.size() > mostIds || sinceNanos > windowNanos;
      if (isOver) {
        eldest.remove();
      }
    }
  }

  /** An event will not be published, so another one of its id may be. */
  void forget(String id) {
    takenNanos.remove(id);
  }
}
