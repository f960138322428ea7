package dev.millrace.orchestrator.store;

import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.jspecify.annotations.Nullable;

/**
 * The results of steps that one stream task keeps for other workflows, up to a number of them and a
 * number of bytes. When there is no more room, none is kept until others expire: those that are
 * kept are being taken, and to throw them out for others would serve nobody. What they take is
 * counted once in the life of the task, and kept count of from then on. Not thread-safe.
 */
public final class ResultStore {
  /** Most results that a task keeps. */
  public static final int RESULTS = 100_000;

  /** Most bytes that the results of a task take, with their keys. */
  public static final long BYTES = 64L * 1024 * 1024;

  private static final long NOT_COUNTED = -1;

  private final WorkflowStore store;
  private final int mostResults;
  private final long mostBytes;
  private long results = NOT_COUNTED;
  private long bytes;

  ResultStore(WorkflowStore store, int mostResults, long mostBytes) {
    this.store = store;
    this.mostResults = mostResults;
    this.mostBytes = mostBytes;
  }

  /** The result that is kept under a key, which may have expired; null for none. */
  public @Nullable StoredResult find(String key) {
    byte[] stored = store.get(recordKey(key));
    return stored == null ? null : StoredResult.of(stored);
  }

  /**
   * Keeps a result, in place of the former one, and arms the timer that removes it. The timer is
   * put first, so that no crash leaves a result that nothing would ever remove.
   *
   * @return whether there was room; if not, all is as it was
   */
  public boolean put(String key, StoredResult result) {
    count();
    Bytes recordKey = recordKey(key);
    byte[] former = store.get(recordKey);
    byte[] next = result.toBytes();
    long resultsAfter = results + (former == null ? 1 : 0);
    long bytesAfter = bytes + size(recordKey, next) - size(recordKey, former);
    if (resultsAfter > mostResults || bytesAfter > mostBytes) {
      return false;
    }
    store.putTimer(result.expiresAtMs(), RecordKind.RESULT, key);
    store.put(recordKey, next);
    long formerExpiryMs =
        former == null ? result.expiresAtMs() : StoredResult.of(former).expiresAtMs();
    if (formerExpiryMs != result.expiresAtMs()) {
      store.deleteTimer(formerExpiryMs, RecordKind.RESULT, key);
    }
    results = resultsAfter;
    bytes = bytesAfter;
    return true;
  }

  /** Removes a result whose time is over, if it has armed this timer. */
  public boolean expire(WorkflowStore.Timer timer) {
    Bytes recordKey = recordKey(timer.workflowId());
    byte[] stored = store.get(recordKey);
    if (stored == null || StoredResult.of(stored).expiresAtMs() != timer.dueMs()) {
      return false;
    }
    count();
    store.put(recordKey, null);
    store.deleteOrphan(timer);
    results--;
    bytes -= size(recordKey, stored);
    return true;
  }

  private void count() {
    if (results != NOT_COUNTED) {
      return;
    }
    results = 0;
    bytes = 0;
    try (KeyValueIterator<Bytes, byte[]> kept = store.records(RecordKind.RESULT)) {
      while (kept.hasNext()) {
        KeyValue<Bytes, byte[]> each = kept.next();
        results++;
        bytes += size(each.key, each.value);
      }
    }
  }

  private static Bytes recordKey(String key) {
    return Keys.record(RecordKind.RESULT, key);
  }

  private static long size(Bytes key, byte @Nullable [] value) {
    return value == null ? 0 : (long) key.get().length + value.length;
  }
}
