package dev.millrace.orchestrator.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.junit.jupiter.api.Test;

class RecordCacheTest extends RecordCacheCase {
  private static final long PLENTY = 1 << 30;

  private final RecordCache cache = cache(PLENTY);

  private RecordCache cache(long bytesMax) {
    return new RecordCache(store, null, new CacheBudget(bytesMax, evicted::addAndGet));
  }

  private static List<String> keys(KeyValueIterator<Bytes, byte[]> entries) {
    List<String> keys = new ArrayList<>();
    entries.forEachRemaining(entry -> keys.add(Keys.workflowId(entry.key)));
    return keys;
  }

  @Test
  void changesAreSeenAtOnceAndWrittenOnlyAtTheFlush() {
    cache.put(key("a"), value("1"));
    assertThat(cache.get(key("a"))).isEqualTo(value("1"));
    assertThat(store.written).isEmpty();

    cache.flushCache();
    assertThat(store.stored).containsOnlyKeys(key("a"));
    assertThat(cache.get(key("a"))).isEqualTo(value("1"));
    assertThat(store.reads).isZero();
  }

  @Test
  void allRewritesOfAKeyAreOneWriteAtThePlaceOfTheLast() {
    cache.put(key("a"), value("1"));
    cache.put(key("b"), value("1"));
    cache.get(key("a"));
    cache.put(key("c"), null);
    cache.put(key("a"), value("2"));
    cache.get(key("b"));
    cache.flushCache();

    assertThat(store.written.stream().map(each -> Keys.workflowId(each.key)))
        .containsExactly("b", "a", "c");
    assertThat(store.written.get(1).value).isEqualTo(value("2"));
    assertThat(store.written.getLast().value).isNull();
  }

  @Test
  void deletionsAreWrittenAfterAllElse() {
    cache.put(key("a"), null);
    cache.put(key("b"), value("1"));

    cache.flushCache();

    assertThat(store.written.stream().map(entry -> Keys.workflowId(entry.key)))
        .containsExactly("b", "a");
  }

  @Test
  void aWorkflowIsNeverWrittenBeforeAChunkThatItSpeaksOf() {
    Random random = new Random(11);
    int[] chunks = new int[3];
    for (int flush = 0; flush < 200; flush++) {
      for (int i = random.nextInt(12); i >= 0; i--) {
        int chunk = random.nextInt(4);
        if (chunk < 3) {
          cache.put(
              Keys.chunk(new ChunkId("w", "each", chunk)), new byte[] {(byte) ++chunks[chunk]});
        } else {
          cache.put(key("w"), new byte[] {(byte) chunks[0], (byte) chunks[1], (byte) chunks[2]});
        }
      }
      int from = store.written.size();
      Map<Bytes, byte[]> stored = new TreeMap<>(store.stored);
      cache.flushCache();
      store
          .written
          .subList(from, store.written.size())
          .forEach(
              change -> {
                stored.put(change.key, change.value);
                assertThatNothingIsMissing(stored);
              });
    }
  }

  private static void assertThatNothingIsMissing(Map<Bytes, byte[]> stored) {
    byte[] known = stored.getOrDefault(key("w"), new byte[3]);
    for (int chunk = 0; chunk < 3; chunk++) {
      byte[] is = stored.getOrDefault(Keys.chunk(new ChunkId("w", "each", chunk)), new byte[1]);
      assertThat((byte) (is[0] - known[chunk])).as("chunk %d", chunk).isNotNegative();
    }
  }

  @Test
  void stepThatHasWaitedAndGoneOnBetweenTwoWritesIsNeverWritten() {
    Bytes waits = new HeldKey("queue", 5, "acme", 1, "w", "a").toBytes();
    Bytes waitedBefore = new HeldKey("queue", 5, "acme", 1, "w", "b").toBytes();
    Bytes waitsAgain = new HeldKey("queue", 5, "acme", 1, "w", "c").toBytes();
    HeldStore held = new WorkflowStore(cache).held();
    held.put(waitedBefore);
    held.put(waitsAgain);
    cache.flushCache();
    store.written.clear();

    held.put(waits);
    held.delete(waits);
    held.delete(waitedBefore);
    held.delete(waitsAgain);
    held.put(waitsAgain);
    held.delete(waitsAgain);
    cache.flushCache();

    assertThat(store.written.stream().map(each -> each.key))
        .containsExactly(waitedBefore, waitsAgain);
    assertThat(store.stored).isEmpty();
  }

  @Test
  void stepsThatWaitAreReadInTheirOrderWhetherTheyAreWrittenOrNot() {
    HeldStore held = new WorkflowStore(cache).held();
    List<Bytes> keys = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      keys.add(new HeldKey("queue", 5, "acme", 100 + i, "w", "s" + i).toBytes());
    }
    keys.subList(5, 10).forEach(held::put);
    held.put(new HeldKey("queue", 5, "acme-2", 1, "w", "of another tenant").toBytes());
    cache.flushCache();
    keys.subList(0, 5).forEach(held::put);
    held.delete(keys.get(7));
    held.put(new HeldKey("other", 9, "acme", 1, "w", "of another queue").toBytes());

    assertThat(held.line("queue", 5, "acme", null, 4)).isEqualTo(keys.subList(0, 4));
    assertThat(held.line("queue", 5, "acme", keys.get(3), 100))
        .containsExactly(keys.get(4), keys.get(5), keys.get(6), keys.get(8), keys.get(9));
    assertThat(held.firstQueue(null)).isEqualTo("other");
    assertThat(held.firstQueue("other")).isEqualTo("queue");
    assertThat(held.firstQueue("queue")).isNull();
    assertThat(held.highestPriority("queue")).isEqualTo(5);
    assertThat(held.highestPriority("nobody")).isEqualTo(-1);
    assertThat(held.firstTenant("queue", 5, null)).isEqualTo("acme");
    assertThat(held.firstTenant("queue", 5, "acme")).isEqualTo("acme-2");
    assertThat(held.firstTenant("queue", 5, "acme-2")).isNull();
    assertThat(held.firstTenant("queue", 4, null)).isNull();
  }

  @Test
  void deletionHidesWhatIsStored() {
    store.stored.put(key("a"), value("1"));
    assertThat(cache.delete(key("a"))).isEqualTo(value("1"));
    assertThat(cache.get(key("a"))).isNull();
    assertThat(cache.all().hasNext()).isFalse();

    cache.flushCache();
    assertThat(store.stored).isEmpty();
    assertThat(cache.get(key("a"))).isNull();
  }

  @Test
  void putIfAbsentLeavesWhatIsThere() {
    store.stored.put(key("a"), value("1"));
    assertThat(cache.putIfAbsent(key("a"), value("2"))).isEqualTo(value("1"));
    assertThat(cache.putIfAbsent(key("b"), value("2"))).isNull();
    assertThat(keys(cache.all())).containsExactly("a", "b");
    assertThat(cache.get(key("a"))).isEqualTo(value("1"));
  }

  @Test
  void whatWasReadIsNotReadAgain() {
    store.stored.put(key("a"), value("1"));
    cache.get(key("a"));
    cache.get(key("a"));
    assertThat(store.reads).isEqualTo(1);
  }

  @Test
  void unchangedRecordsAreForgottenBeforeTheyTakeTooMuch() {
    byte[] large = new byte[1 << 20];
    int tooMany = (int) (RecordCache.UNCHANGED_BYTES_MAX / large.length) + 1;
    for (int i = 0; i < tooMany; i++) {
      store.stored.put(key("w" + i), large);
      cache.get(key("w" + i));
    }
    assertThat(store.reads).isEqualTo(tooMany);
    cache.get(key("w" + (tooMany - 1)));
    assertThat(store.reads).isEqualTo(tooMany);
    cache.get(key("w0"));
    assertThat(store.reads).isEqualTo(tooMany + 1);
  }

  @Test
  void usedUpBudgetIsCountedAndAllIsWrittenEarlyInOrder() {
    RecordCache small = cache(10_000);
    small.put(key("timer"), value("1"));
    small.put(key("a"), new byte[9_000]);
    assertThat(store.written).isEmpty();

    small.put(key("b"), new byte[9_000]);
    assertThat(store.written.stream().map(each -> Keys.workflowId(each.key)))
        .containsExactly("timer", "a", "b");
    assertThat(evicted).hasValue(3);

    small.put(key("c"), value("1"));
    assertThat(store.written).hasSize(3);
  }

  @Test
  void budgetIsSharedAndGivenBackByAClosedCache() {
    CacheBudget budget = new CacheBudget(10_000, evicted::addAndGet);
    RecordCache one = new RecordCache(new WrittenStore(), null, budget);
    RecordCache other = new RecordCache(store, null, budget);
    one.put(key("a"), new byte[9_000]);
    other.put(key("b"), new byte[9_000]);
    assertThat(evicted).hasValue(1);

    other.put(key("c"), value("1"));
    one.close();
    other.put(key("d"), new byte[9_000]);
    assertThat(evicted).hasValue(1);
  }

  @Test
  void closeWritesNothing() {
    cache.put(key("a"), value("1"));
    cache.close();
    assertThat(store.written).isEmpty();
    assertThat(store.isOpen()).isFalse();
  }

  @Test
  void clearedCacheKnowsOnlyWhatIsStored() {
    cache.put(key("a"), value("1"));
    cache.clearCache();
    assertThat(cache.get(key("a"))).isNull();
    cache.flushCache();
    assertThat(store.written).isEmpty();
  }

  @Test
  void dueTimersAreFoundAmongStoredAndChangedOnes() {
    cache.put(Keys.timer(10, RecordKind.WORKFLOW, "a"), value(""));
    cache.put(Keys.timer(30, RecordKind.WORKFLOW, "b"), value(""));
    cache.flushCache();
    cache.put(Keys.timer(10, RecordKind.WORKFLOW, "a"), null);
    cache.put(Keys.timer(20, RecordKind.WORKFLOW, "c"), value(""));
    cache.put(Keys.timer(40, RecordKind.WORKFLOW, "d"), value(""));

    List<String> due = new ArrayList<>();
    try (KeyValueIterator<Bytes, byte[]> timers =
        cache.range(Keys.firstTimer(0), Keys.firstTimer(31))) {
      timers.forEachRemaining(entry -> due.add(Keys.timerWorkflowId(entry.key)));
    }
    assertThat(due).containsExactly("c", "b");
  }

  @Test
  void anyMixOfOperationsReadsLikeAMap() {
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      RecordCache mixed =
          new RecordCache(new WrittenStore(), null, new CacheBudget(2_000, evicted::addAndGet));
      TreeMap<Bytes, byte[]> model = new TreeMap<>();
      for (int i = 0; i < 200; i++) {
        Bytes key =
            random.nextBoolean()
                ? key("w" + random.nextInt(20))
                : Keys.timer(random.nextInt(20), RecordKind.WORKFLOW, "w");
        switch (random.nextInt(5)) {
          case 0 -> {
            mixed.put(key, null);
            model.remove(key);
          }
          case 1 -> assertThat(mixed.get(key)).as("seed %d", seed).isEqualTo(model.get(key));
          case 2 -> mixed.flushCache();
          default -> {
            byte[] value = new byte[random.nextInt(64)];
            mixed.put(key, value);
            model.put(key, value);
          }
        }
        assertThat(entries(mixed.all())).as("seed %d", seed).isEqualTo(List.copyOf(model.keySet()));
        Bytes from = Keys.firstTimer(5);
        Bytes to = Keys.firstTimer(15);
        assertThat(entries(mixed.range(from, to)))
            .as("seed %d", seed)
            .isEqualTo(List.copyOf(model.subMap(from, to).keySet()));
      }
    }
  }

  private static List<Bytes> entries(KeyValueIterator<Bytes, byte[]> entries) {
    List<Bytes> keys = new ArrayList<>();
    entries.forEachRemaining(entry -> keys.add(entry.key));
    return keys;
  }
}
