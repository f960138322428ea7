package dev.millrace.orchestrator.store;

import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NoSuchElementException;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.jspecify.annotations.Nullable;

/** Entries of a store with changes laid over them, in the order of the keys. */
final class OverlaidIterator implements KeyValueIterator<Bytes, byte[]> {
  private final Iterator<Map.Entry<Bytes, byte @Nullable []>> changes;
  private final KeyValueIterator<Bytes, byte[]> stored;
  private Map.@Nullable Entry<Bytes, byte @Nullable []> change;
  private @Nullable KeyValue<Bytes, byte[]> next;

  /**
   * Lays changes over a store's entries.
   *
   * @param changes no value stands for a deletion
   * @param stored closed with this iterator
   */
  OverlaidIterator(
      NavigableMap<Bytes, byte @Nullable []> changes, KeyValueIterator<Bytes, byte[]> stored) {
    this.changes = changes.entrySet().iterator();
    this.stored = stored;
    nextChange();
    advance();
  }

  private void nextChange() {
    change = changes.hasNext() ? changes.next() : null;
  }

  private void advance() {
    next = null;
    while (next == null && (change != null || stored.hasNext())) {
      Map.Entry<Bytes, byte @Nullable []> candidate = change;
      int order =
          candidate == null
              ? 1
              : stored.hasNext() ? candidate.getKey().compareTo(stored.peekNextKey()) : -1;
      if (candidate == null || order > 0) {
        next = stored.next();
        return;
      }
      if (order == 0) {
        stored.next();
      }
      byte[] value = candidate.getValue();
      next = value == null ? null : KeyValue.pair(candidate.getKey(), value);
      nextChange();
    }
  }

  @Override
  public boolean hasNext() {
    return next != null;
  }

  @Override
  public KeyValue<Bytes, byte[]> next() {
    KeyValue<Bytes, byte[]> entry = next;
    if (entry == null) {
      throw new NoSuchElementException();
    }
    advance();
    return entry;
  }

  @Override
  public Bytes peekNextKey() {
    if (next == null) {
      throw new NoSuchElementException();
    }
    return next.key;
  }

  @Override
  public void close() {
    stored.close();
  }
}
