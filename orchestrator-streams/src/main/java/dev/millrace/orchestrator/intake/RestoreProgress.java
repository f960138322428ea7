package dev.millrace.orchestrator.intake;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;

/**
 * How many records of state the tasks of an engine have still to restore. A restore that fails is
 * not always told to end: one without news for a while counts no more. Thread-safe.
 */
public final class RestoreProgress implements StateRestoreListener {
  /** A restore without news for longer than this is taken for ended. */
  static final long SILENT_MS = 60_000;

  private final Map<TopicPartition, Restore> restores = new ConcurrentHashMap<>();
  private final LongSupplier clock;

  /** What is left of one, and when that was told. */
  private record Restore(long left, long atMs) {}

  /**
   * @param clock milliseconds that never go back
   */
  public RestoreProgress(LongSupplier clock) {
    this.clock = clock;
  }

  /** Of all tasks together. */
  public long records() {
    if (restores.isEmpty()) {
      return 0;
    }
    long nowMs = clock.getAsLong();
    long records = 0;
    for (Restore each : restores.values()) {
      if (nowMs - each.atMs <= SILENT_MS) {
        records += each.left;
      }
    }
    return records;
  }

  @Override
  public void onRestoreStart(
      TopicPartition partition, String store, long startingOffset, long endingOffset) {
    long left = Math.max(0, endingOffset - startingOffset);
    restores.put(partition, new Restore(left, clock.getAsLong()));
  }

  @Override
  public void onBatchRestored(
      TopicPartition partition, String store, long batchEndOffset, long restored) {
    restores.computeIfPresent(
        partition,
        (key, before) -> new Restore(Math.max(0, before.left - restored), clock.getAsLong()));
  }

  @Override
  public void onRestoreEnd(TopicPartition partition, String store, long totalRestored) {
    restores.remove(partition);
  }

  @Override
  public void onRestoreSuspended(TopicPartition partition, String store, long totalRestored) {
    restores.remove(partition);
  }
}
