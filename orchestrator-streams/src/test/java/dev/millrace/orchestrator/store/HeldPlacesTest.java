package dev.millrace.orchestrator.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.store.HeldPlaces.Place;
import java.util.List;
import org.apache.kafka.common.serialization.BytesSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HeldPlacesTest {
  private static final byte[] PRESENT = {};

  private final RecordCache cache =
      new RecordCache(new WrittenStore(), null, new CacheBudget(1 << 30, evicted -> {}));
  private final HeldPlaces places = new HeldPlaces(cache);

  private static HeldKey key(int priority, String tenant, long sinceMs) {
    return new HeldKey("queue", priority, tenant, sinceMs, "w-" + sinceMs, "step");
  }

  private void hold(HeldKey key) {
    cache.put(key.toBytes(), PRESENT);
  }

  private @Nullable Place of(HeldKey key) {
    return places.of(List.of(key)).get(key);
  }

  @Test
  void stepsOfItsTenantThatCameBeforeAndAllOfHigherPriorityAreCounted() {
    HeldKey last = key(5, "a", 30);
    List.of(key(5, "a", 10), key(5, "a", 20), last, key(5, "a", 40)).forEach(this::hold);
    List.of(key(9, "b", 50), key(6, "a", 60), key(5, "b", 1), key(4, "a", 2)).forEach(this::hold);
    hold(new HeldKey("another", 9, "a", 1, "w", "step"));

    assertThat(of(last)).isEqualTo(new Place(2, 2, false));
    cache.flushCache();
    cache.put(key(5, "a", 10).toBytes(), null);
    assertThat(of(last)).as("written, and one gone since").isEqualTo(new Place(2, 1, false));
  }

  @Test
  void aStepThatDoesNotWaitHasNoPlace() {
    hold(key(5, "a", 10));

    assertThat(of(key(5, "a", 20))).isNull();
    assertThat(of(key(5, "b", 10))).isNull();
  }

  @Test
  void noMoreAreCountedThanTheLimit() {
    for (int i = 0; i < HeldPlaces.COUNTED + 5; i++) {
      hold(key(5, "a", i + 1));
      hold(key(7, "b", i + 1));
    }
    HeldKey first = key(5, "a", 1);
    HeldKey last = key(5, "a", HeldPlaces.COUNTED + 5);
    HeldKey atLimit = key(5, "a", HeldPlaces.COUNTED + 1);

    assertThat(of(first)).isEqualTo(new Place(HeldPlaces.COUNTED, 0, true));
    assertThat(of(last)).isEqualTo(new Place(HeldPlaces.COUNTED, HeldPlaces.COUNTED, true));
    hold(key(8, "c", 1));
    assertThat(of(key(8, "c", 1))).isEqualTo(new Place(0, 0, false));
    assertThat(of(atLimit)).isEqualTo(new Place(HeldPlaces.COUNTED, HeldPlaces.COUNTED, true));
  }

  @Test
  void whatIsCountedMayChangeMeanwhile() {
    hold(key(5, "a", 10));
    hold(key(5, "a", 20));
    try (KeyValueIterator<Bytes, byte[]> entries =
        cache.prefixScan(HeldKey.line("queue", 5, "a"), new BytesSerializer())) {
      hold(key(5, "a", 15));
      cache.put(key(5, "a", 20).toBytes(), null);

      assertThat(entries.next().key).isEqualTo(key(5, "a", 10).toBytes());
      assertThat(entries.next().key).isEqualTo(key(5, "a", 20).toBytes());
      assertThat(entries.hasNext()).isFalse();
    }
  }
}
