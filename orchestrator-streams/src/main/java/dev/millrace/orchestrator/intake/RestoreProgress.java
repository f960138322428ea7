package dev.millrace.orchestrator.intake;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;

/** How many records of state the tasks of an engine have still to restore. Thread-safe. */
public final class RestoreProgress implements StateRestoreListener {
  private final Map<TopicPartition, Long> left = new ConcurrentHashMap<>();

  /** Of all tasks together. */
  public long records() {
    long records = 0;
    for (long each : left.values()) {
      records += each;
    }
    return records;
  }

  @Override
  public void onRestoreStart(
      TopicPartition partition, String store, long startingOffset, long endingOffset) {
    left.put(partition, Math.max(0, endingOffset - startingOffset));
  }

  @Override
  public void onBatchRestored(
      TopicPartition partition, String store, long batchEndOffset, long restored) {
    left.computeIfPresent(partition, (key, before) -> Math.max(0, before - restored));
  }

  @Override
  public void onRestoreEnd(TopicPartition partition, String store, long totalRestored) {
    left.remove(partition);
  }

  @Override
  public void onRestoreSuspended(TopicPartition partition, String store, long totalRestored) {
    left.remove(partition);
  }
}
