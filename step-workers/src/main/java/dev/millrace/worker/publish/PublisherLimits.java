package dev.millrace.worker.publish;

import java.time.Duration;

/**
 * Bounds of a publisher.
 *
 * @param events most events that it has at a time
 * @param bytes most bytes of them; an event that is larger alone is taken when there is no other
 * @param batchEvents a batch is sent when it has so many events,
 * @param batchBytes or so many bytes,
 * @param longestWait or when its oldest event has waited for so long
 * @param duplicateIds most ids that are remembered
 * @param duplicateWindow how long each of them is
 */
record PublisherLimits(
    int events,
    long bytes,
    int batchEvents,
    long batchBytes,
    Duration longestWait,
    int duplicateIds,
    Duration duplicateWindow) {
  PublisherLimits {
    check("capacity in events", events);
    check("capacity in bytes", bytes);
    check("batch size in events", batchEvents);
    check("batch size in bytes", batchBytes);
    check("longest wait in nanoseconds", longestWait.toNanos());
    check("duplicate window in ids", duplicateIds);
    check("duplicate window in nanoseconds", duplicateWindow.toNanos());
    if (batchEvents > events || batchBytes > bytes) {
      throw new IllegalArgumentException(
          "batches of %d events or %d bytes: a publisher that has room for %d events and %d bytes never fills one; make the batches smaller or the capacity larger"
              .formatted(batchEvents, batchBytes, events, bytes));
    }
  }

  private static void check(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException("%s %d: must be at least 1".formatted(name, value));
    }
  }
}
