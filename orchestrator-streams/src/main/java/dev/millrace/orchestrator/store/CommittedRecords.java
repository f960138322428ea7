package dev.millrace.orchestrator.store;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import java.util.function.BiPredicate;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The chunks and workflows of a stream task as they were last written, one after another: what has
 * changed since then is not seen. Not thread-safe.
 */
public final class CommittedRecords {
  private final KeyValueStore<Bytes, byte[]> store;

  /** Up to here they have been read. */
  private Bytes past = Keys.first(RecordKind.CHUNK);

  CommittedRecords(KeyValueStore<Bytes, byte[]> store) {
    this.store = store;
  }

  /** Whether the turn of a record is over. */
  public boolean arePast(String recordId, boolean isChunk) {
    return Keys.record(isChunk ? RecordKind.CHUNK : RecordKind.WORKFLOW, recordId).compareTo(past)
        <= 0;
  }

  /**
   * Reads on.
   *
   * @param limit how many records at most
   * @param taker takes each with its id, and says whether to go on
   * @return whether there are more
   */
  public boolean next(int limit, BiPredicate<String, PackedWorkflow> taker) {
    int taken = 0;
    for (RecordKind kind : new RecordKind[] {RecordKind.CHUNK, RecordKind.WORKFLOW}) {
      Bytes from = past.compareTo(Keys.first(kind)) < 0 ? Keys.first(kind) : past;
      Bytes to = Keys.after(kind);
      if (from.compareTo(to) >= 0) {
        continue;
      }
      try (KeyValueIterator<Bytes, byte[]> entries = store.range(from, to)) {
        while (entries.hasNext()) {
          KeyValue<Bytes, byte[]> entry = entries.next();
          if (entry.key.compareTo(past) > 0 && entry.key.compareTo(to) < 0) {
            past = entry.key;
            taken++;
            boolean goesOn = taker.test(Keys.workflowId(entry.key), PackedWorkflow.of(entry.value));
            if (!goesOn || taken == limit) {
              return true;
            }
          }
        }
      }
      past = to;
    }
    return false;
  }

  /** A workflow, or null when nothing is known of it. */
  public @Nullable PackedWorkflow workflow(String workflowId) {
    byte[] stored = store.get(Keys.workflow(workflowId));
    return stored == null ? null : PackedWorkflow.of(stored);
  }

  /** Whether a step waits for its queue. */
  public boolean has(HeldKey key) {
    return store.get(key.toBytes()) != null;
  }
}
