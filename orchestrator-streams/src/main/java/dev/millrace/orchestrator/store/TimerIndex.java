package dev.millrace.orchestrator.store;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** The timers of one stream task, by time. Not thread-safe. */
final class TimerIndex {
  private static final byte[] PRESENT = {};
  private static final long LOOK_AHEAD_MS = 1_000;

  private final KeyValueStore<Bytes, byte[]> store;

  /** No timer is due before this time. */
  private long earliestMs = Long.MIN_VALUE;

  TimerIndex(KeyValueStore<Bytes, byte[]> store) {
    this.store = store;
  }

  void put(long dueMs, RecordKind kind, String workflowId) {
    store.put(Keys.timer(dueMs, kind, workflowId), PRESENT);
    expect(dueMs);
  }

  /** There is a timer of this time in the store. */
  void expect(long dueMs) {
    earliestMs = Math.min(earliestMs, dueMs);
  }

  void delete(long dueMs, RecordKind kind, String workflowId) {
    store.put(Keys.timer(dueMs, kind, workflowId), null);
  }

  /** Those that are due, earliest first, at most a number of them. */
  List<WorkflowStore.Timer> due(long nowMs, int limit) {
    if (nowMs < earliestMs) {
      return List.of();
    }
    List<WorkflowStore.Timer> due = new ArrayList<>();
    // The scan looks a little ahead, so that an idle task need not scan at every tick.
    earliestMs = nowMs + LOOK_AHEAD_MS;
    try (KeyValueIterator<Bytes, byte[]> timers =
        store.range(Keys.firstTimer(0), Keys.firstTimer(earliestMs))) {
      while (timers.hasNext()) {
        Bytes key = timers.next().key;
        long dueMs = Keys.timerDueMs(key);
        if (dueMs > nowMs || due.size() == limit) {
          earliestMs = dueMs;
          break;
        }
        due.add(new WorkflowStore.Timer(dueMs, Keys.timerKind(key), Keys.timerWorkflowId(key)));
      }
    }
    return due;
  }
}
