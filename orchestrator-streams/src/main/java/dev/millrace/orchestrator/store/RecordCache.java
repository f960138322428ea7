package dev.millrace.orchestrator.store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.internals.WrappedStateStore;
import org.jspecify.annotations.Nullable;

/**
 * What a stream task has changed since its last commit, and what it has used last, over the store
 * of RocksDB and changelog. All rewrites of a record between two commits become one write.
 *
 * <ul>
 *   <li>Changes are written in the order in which their keys were last put, and deletions after
 *       them: {@link WorkflowStore} relies on it. A changed workflow is put again, as it is, with
 *       each of its chunks, so that it never speaks of a chunk in a state that is not written yet.
 *   <li>They are written at a commit, or before it when the {@link CacheBudget} is used up, and
 *       never before the outputs produced until then are acknowledged ({@link OutputsBeforeState}).
 *       Restoring writes past this store: what is in the changelog has passed already.
 *   <li>Closing writes nothing. What was not committed is read and decided again.
 * </ul>
 *
 * An iterator over steps that wait for their queues must be closed before the next change.
 *
 * <p>Kafka Streams calls {@link #flushCache()} before it waits for the task's records to be
 * acknowledged and commits. One stream thread writes; any thread may read.
 */
final class RecordCache extends WrappedStateStore<KeyValueStore<Bytes, byte[]>, Bytes, byte[]>
    implements KeyValueStore<Bytes, byte[]> {
  /** Most bytes of unchanged records held. */
  static final long UNCHANGED_BYTES_MAX = 8L << 20;

  /**
   * What an entry takes beside its key and value, about: map entry, key object, two array heads.
   */
  private static final int ENTRY_BYTES = 128;

  /** Of a step that waits and may have waited at this very place before the last write. */
  static final byte[] PRESENT_AGAIN = {1};

  private final @Nullable OutputsBeforeState rule;
  private final CacheBudget budget;

  /** By key, in the order of the last put; no value stands for a deletion. */
  private final LinkedHashMap<Bytes, byte @Nullable []> changed = new LinkedHashMap<>();

  /** The changed keys that are scanned while work goes on; the others are sorted when asked for. */
  private final TreeMap<Bytes, byte @Nullable []> changedTimers = new TreeMap<>();

  /** The same of steps that wait for their queues. */
  private final TreeMap<Bytes, byte @Nullable []> changedHeld = new TreeMap<>();

  /** By key, in the order of the last use. */
  private final LinkedHashMap<Bytes, byte[]> unchanged = new LinkedHashMap<>(1024, 0.75f, true);

  private long changedBytes;
  private long unchangedBytes;

  /**
   * A cache over a store.
   *
   * @param rule holds changes back until outputs are acknowledged; null where transactions do it
   * @param budget shared with the caches of the other tasks
   */
  RecordCache(
      KeyValueStore<Bytes, byte[]> store, @Nullable OutputsBeforeState rule, CacheBudget budget) {
    super(store);
    this.rule = rule;
    this.budget = budget;
  }

  @Override
  public void init(StateStoreContext context, StateStore root) {
    clearCache();
    super.init(context, root);
  }

  @Override
  public synchronized byte @Nullable [] get(Bytes key) {
    byte[] value = changed.get(key);
    if (value != null || changed.containsKey(key)) {
      return value;
    }
    value = unchanged.get(key);
    if (value == null) {
      value = wrapped().get(key);
      if (value != null) {
        keep(key, value);
      }
    }
    return value;
  }

  @Override
  public void put(Bytes key, byte @Nullable [] value) {
    change(key, value);
    if (budget.isUsedUp()) {
      budget.evicted(changed.size());
      flushCache();
    }
  }

  private synchronized void change(Bytes key, byte @Nullable [] value) {
    byte[] next = value;
    if (Keys.isHeld(key) && changed.containsKey(key)) {
      byte[] present = changed.get(key);
      if (value == null && present != null && present.length < PRESENT_AGAIN.length) {
        forgetChange(key);
        return;
      }
      next = value == null ? null : PRESENT_AGAIN;
    }
    long before = changedBytes;
    int known = changed.size();
    byte[] former = changed.putLast(key, next);
    changedBytes += length(next) - length(former);
    if (changed.size() > known) {
      changedBytes += ENTRY_BYTES + key.get().length;
      drop(key);
    }
    if (Keys.isTimer(key)) {
      changedTimers.put(key, value);
    } else if (Keys.isHeld(key)) {
      changedHeld.put(key, next);
    } else if (Keys.isChunk(key)) {
      Bytes workflow = Keys.workflowOf(key);
      byte[] unmoved = changed.get(workflow);
      if (unmoved != null) {
        changed.putLast(workflow, unmoved);
      }
    }
    budget.use(changedBytes - before);
  }

  /** A step has waited for its queue and goes on, all since the last write: nothing is written. */
  private void forgetChange(Bytes key) {
    long bytes = (long) length(changed.remove(key)) + ENTRY_BYTES + key.get().length;
    changedHeld.remove(key);
    changedBytes -= bytes;
    budget.use(-bytes);
  }

  /** Writes the changes to RocksDB and the changelog. */
  @Override
  public void flushCache() {
    if (changed.isEmpty()) {
      return;
    }
    if (rule != null) {
      rule.settleOutputs();
    }
    write();
  }

  private synchronized void write() {
    List<KeyValue<Bytes, byte[]>> changes = new ArrayList<>(changed.size());
    List<KeyValue<Bytes, byte[]>> deletions = new ArrayList<>();
    changed.forEach(
        (key, value) -> (value == null ? deletions : changes).add(KeyValue.pair(key, value)));
    changes.addAll(deletions);
    wrapped().putAll(changes);
    forgetChanges();
    for (KeyValue<Bytes, byte[]> change : changes) {
      if (change.value != null) {
        keep(change.key, change.value);
      }
    }
  }

  @Override
  public synchronized void clearCache() {
    forgetChanges();
    unchanged.clear();
    unchangedBytes = 0;
  }

  @Override
  public void close() {
    clearCache();
    super.close();
  }

  private void forgetChanges() {
    changed.clear();
    changedTimers.clear();
    changedHeld.clear();
    budget.use(-changedBytes);
    changedBytes = 0;
  }

  private void keep(Bytes key, byte[] value) {
    unchanged.put(key, value);
    unchangedBytes += ENTRY_BYTES + key.get().length + value.length;
    while (unchangedBytes > UNCHANGED_BYTES_MAX) {
      drop(unchanged.firstEntry().getKey());
    }
  }

  private void drop(Bytes key) {
    byte[] value = unchanged.remove(key);
    if (value != null) {
      unchangedBytes -= ENTRY_BYTES + key.get().length + value.length;
    }
  }

  private static int length(byte @Nullable [] value) {
    return value == null ? 0 : value.length;
  }

  @Override
  public synchronized KeyValueIterator<Bytes, byte[]> range(
      @Nullable Bytes from, @Nullable Bytes to) {
    return new OverlaidIterator(changes(from, to), wrapped().range(from, to));
  }

  /** Unlike those of a range, its entries may be gone through while the store is changed. */
  @Override
  public synchronized <P extends Serializer<K>, K> KeyValueIterator<Bytes, byte[]> prefixScan(
      K prefix, P serializer) {
    Bytes from = Bytes.wrap(serializer.serialize("", prefix));
    Bytes to = HeldKey.behind(from);
    NavigableMap<Bytes, byte @Nullable []> copied = new TreeMap<>(changes(from, to));
    return new OverlaidIterator(
        copied.headMap(to, false), wrapped().prefixScan(prefix, serializer));
  }

  private NavigableMap<Bytes, byte @Nullable []> changes(@Nullable Bytes from, @Nullable Bytes to) {
    if (from != null && to != null && Keys.isTimer(from) && Keys.isTimer(to)) {
      return new TreeMap<>(changedTimers.subMap(from, true, to, true));
    }
    if (from != null && to != null && Keys.isHeld(from) && to.compareTo(HeldKey.BEHIND_ALL) <= 0) {
      return changedHeld.subMap(from, true, to, true);
    }
    TreeMap<Bytes, byte @Nullable []> found = new TreeMap<>();
    changed.forEach(
        (key, value) -> {
          if ((from == null || key.compareTo(from) >= 0)
              && (to == null || key.compareTo(to) <= 0)) {
            found.put(key, value);
          }
        });
    return found;
  }

  @Override
  public KeyValueIterator<Bytes, byte[]> all() {
    return range(null, null);
  }

  @Override
  public byte @Nullable [] putIfAbsent(Bytes key, byte[] value) {
    byte[] present = get(key);
    if (present == null) {
      put(key, value);
    }
    return present;
  }

  @Override
  public void putAll(List<KeyValue<Bytes, byte[]>> entries) {
    entries.forEach(entry -> put(entry.key, entry.value));
  }

  /** Deletes a key and reads what it was; {@code put(key, null)} does it without reading. */
  @Override
  public byte @Nullable [] delete(Bytes key) {
    byte[] former = get(key);
    put(key, null);
    return former;
  }

  /** Of what has been written; changes since the last commit are not counted. */
  @Override
  public long approximateNumEntries() {
    return wrapped().approximateNumEntries();
  }
}
