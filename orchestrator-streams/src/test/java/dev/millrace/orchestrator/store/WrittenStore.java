package dev.millrace.orchestrator.store;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** Stands for RocksDB and changelog: remembers what is written, in order. */
final class WrittenStore implements KeyValueStore<Bytes, byte[]> {
  final TreeMap<Bytes, byte[]> stored = new TreeMap<>();
  final List<KeyValue<Bytes, byte[]>> written = new ArrayList<>();
  int reads;
  private boolean open = true;

  @Override
  public void put(Bytes key, byte @Nullable [] value) {
    written.add(KeyValue.pair(key, value));
    if (value == null) {
      stored.remove(key);
    } else {
      stored.put(key, value);
    }
  }

  @Override
  public void putAll(List<KeyValue<Bytes, byte[]>> entries) {
    entries.forEach(entry -> put(entry.key, entry.value));
  }

  @Override
  public byte @Nullable [] putIfAbsent(Bytes key, byte[] value) {
    throw new AssertionError("the cache writes by put and putAll alone");
  }

  @Override
  public byte @Nullable [] delete(Bytes key) {
    throw new AssertionError("the cache writes by put and putAll alone");
  }

  @Override
  public byte @Nullable [] get(Bytes key) {
    reads++;
    return stored.get(key);
  }

  @Override
  public <P extends Serializer<K>, K> KeyValueIterator<Bytes, byte[]> prefixScan(
      K prefix, P serializer) {
    Bytes from = Bytes.wrap(serializer.serialize("", prefix));
    return range(from, HeldKey.behind(from));
  }

  @Override
  public KeyValueIterator<Bytes, byte[]> range(@Nullable Bytes from, @Nullable Bytes to) {
    Map<Bytes, byte[]> found =
        from == null || to == null ? stored : stored.subMap(from, true, to, true);
    List<Map.Entry<Bytes, byte[]>> entries = List.copyOf(found.entrySet());
    Iterator<Map.Entry<Bytes, byte[]>> each = entries.iterator();
    return new KeyValueIterator<>() {
      private int at;

      @Override
      public Bytes peekNextKey() {
        return entries.get(at).getKey();
      }

      @Override
      public boolean hasNext() {
        return each.hasNext();
      }

      @Override
      public KeyValue<Bytes, byte[]> next() {
        at++;
        Map.Entry<Bytes, byte[]> entry = each.next();
        return KeyValue.pair(entry.getKey(), entry.getValue());
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public KeyValueIterator<Bytes, byte[]> all() {
    return range(null, null);
  }

  @Override
  public long approximateNumEntries() {
    return stored.size();
  }

  @Override
  public String name() {
    return "written";
  }

  @Override
  public void init(StateStoreContext context, StateStore root) {}

  @Override
  public void close() {
    open = false;
  }

  @Override
  public boolean persistent() {
    return true;
  }

  @Override
  public boolean isOpen() {
    return open;
  }
}
