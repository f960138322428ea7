package dev.millrace.orchestrator.store;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.serialization.BytesSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * Tells how many steps go before others that wait for the same queue in the same partition. Reads a
 * store that its stream task goes on to change; for any thread.
 */
public final class HeldPlaces {
  /** Most steps that are counted of those that go before one; of more it is said that they are. */
  public static final int COUNTED = 1_000;

  /** Most lines of steps that one question looks at; those in others have no place. */
  private static final int LINES = 20;

  private static final BytesSerializer SERIALIZER = new BytesSerializer();

  private final ReadOnlyKeyValueStore<Bytes, byte[]> store;

  public HeldPlaces(ReadOnlyKeyValueStore<Bytes, byte[]> store) {
    this.store = store;
  }

  /**
   * Where a step stands. Tenants of one priority take turns, so that steps of others may go between
   * those that are counted here.
   *
   * @param higher steps of higher priorities that wait for the queue, of all tenants
   * @param before steps of its own priority and tenant that have waited longer
   * @param isMore whether there are more of these than were counted
   */
  public record Place(int higher, int before, boolean isMore) {}

  /** The places of steps; none of a step that does not wait, or for which there are too many. */
  public Map<HeldKey, Place> of(Collection<HeldKey> keys) {
    Map<Bytes, List<HeldKey>> lines = new LinkedHashMap<>();
    for (HeldKey key : keys) {
      Bytes line = HeldKey.line(key.queue(), key.priority(), key.tenant());
      lines.computeIfAbsent(line, name -> new ArrayList<>()).add(key);
    }
    Map<HeldKey, Place> places = new HashMap<>();
    lines.entrySet().stream()
        .limit(LINES)
        .forEach(line -> places.putAll(inLine(line.getKey(), line.getValue())));
    return places;
  }

  private Map<HeldKey, Place> inLine(Bytes line, List<HeldKey> keys) {
    HeldKey one = keys.getFirst();
    int higher = higher(one.queue(), one.priority());
    boolean isMore = higher > COUNTED;
    int shown = Math.min(higher, COUNTED);
    Map<Bytes, HeldKey> wanted = new HashMap<>();
    keys.forEach(key -> wanted.put(key.toBytes(), key));
    Map<HeldKey, Place> places = new HashMap<>();
    try (KeyValueIterator<Bytes, byte[]> entries = store.prefixScan(line, SERIALIZER)) {
      int before = 0;
      for (; before <= COUNTED && entries.hasNext() && !wanted.isEmpty(); before++) {
        HeldKey found = wanted.remove(entries.next().key);
        if (found != null) {
          places.put(found, new Place(shown, before, isMore));
        }
      }
      if (entries.hasNext()) {
        wanted.values().forEach(key -> places.put(key, new Place(shown, COUNTED, true)));
      }
    }
    return places;
  }

  /** How many steps of higher priorities wait; one more than are counted stands for more. */
  private int higher(String queue, int priority) {
    int higher = 0;
    for (int level = HeldKey.HIGHEST_PRIORITY; level > priority && higher <= COUNTED; level--) {
      try (KeyValueIterator<Bytes, byte[]> entries =
          store.prefixScan(HeldKey.level(queue, level), SERIALIZER)) {
        while (entries.hasNext() && higher <= COUNTED) {
          entries.next();
          higher++;
        }
      }
    }
    return higher;
  }
}
