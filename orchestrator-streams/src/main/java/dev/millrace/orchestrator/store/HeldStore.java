package dev.millrace.orchestrator.store;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.jspecify.annotations.Nullable;

/**
 * The steps of one stream task that wait for their queues, in the store of its workflows and under
 * the same rule: a key is put before the record that speaks of it, and deleted after it. Not
 * thread-safe.
 */
public final class HeldStore {
  /** Empty, by which the record cache knows a step that has come since its last write. */
  private static final byte[] PRESENT = {};

  private final WorkflowStore store;

  HeldStore(WorkflowStore store) {
    this.store = store;
  }

  /** A step waits. */
  public void put(Bytes key) {
    store.put(key, PRESENT);
  }

  /** A step waits still, as it did in an earlier life, whose changelog may not say so. */
  public void putAgain(Bytes key) {
    store.put(key, RecordCache.PRESENT_AGAIN);
  }

  /** A step waits no more, or never did. */
  public void delete(Bytes key) {
    store.put(key, null);
  }

  /** Whether a key is there. */
  public boolean has(Bytes key) {
    return store.get(key) != null;
  }

  /** The first queue behind another one for which any step waits; null for none. */
  public @Nullable String firstQueue(@Nullable String behind) {
    Bytes from = behind == null ? HeldKey.first() : HeldKey.behind(HeldKey.queue(behind));
    HeldKey first = first(from, HeldKey.BEHIND_ALL);
    return first == null ? null : first.queue();
  }

  /** The highest priority of the steps that wait for a queue; -1 for none. */
  public int highestPriority(String queue) {
    Bytes from = HeldKey.queue(queue);
    HeldKey first = first(from, HeldKey.behind(from));
    return first == null ? -1 : first.priority();
  }

  /** The first step of a priority that waits for a queue, in the order of keys; null for none. */
  public @Nullable HeldKey first(String queue, int priority) {
    Bytes level = HeldKey.level(queue, priority);
    return first(level, HeldKey.behind(level));
  }

  /**
   * The first tenant of which steps of a priority wait for a queue; null for none.
   *
   * @param behind only tenants that come after this one; null for all
   */
  public @Nullable String firstTenant(String queue, int priority, @Nullable String behind) {
    Bytes level = HeldKey.level(queue, priority);
    Bytes from = behind == null ? level : HeldKey.behind(HeldKey.line(queue, priority, behind));
    HeldKey first = first(from, HeldKey.behind(level));
    return first == null ? null : first.tenant();
  }

  /**
   * Some of the steps of a tenant and priority that wait for a queue, in their order.
   *
   * @param behind only those behind this key; null for all
   * @param limit how many at most
   */
  public List<Bytes> line(
      String queue, int priority, String tenant, @Nullable Bytes behind, int limit) {
    Bytes line = HeldKey.line(queue, priority, tenant);
    List<Bytes> keys = new ArrayList<>();
    try (KeyValueIterator<Bytes, byte[]> entries =
        store.range(behind == null ? line : behind, HeldKey.behind(line))) {
      while (entries.hasNext() && keys.size() < limit) {
        Bytes key = entries.next().key;
        if (!key.equals(behind)) {
          keys.add(key);
        }
      }
    }
    return keys;
  }

  private @Nullable HeldKey first(Bytes from, Bytes to) {
    try (KeyValueIterator<Bytes, byte[]> entries = store.range(from, to)) {
      return entries.hasNext() ? HeldKey.of(entries.next().key) : null;
    }
  }
}
