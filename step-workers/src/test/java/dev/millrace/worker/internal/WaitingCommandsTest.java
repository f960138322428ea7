package dev.millrace.worker.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.Patience;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WaitingCommandsTest {
  private record Item(String name, String stepType, @Nullable String keyText, int bytes)
      implements WaitingCommands.Restricted {
    static Item of(String name, String type, @Nullable String key) {
      return new Item(name, type, key, 1);
    }

    @Override
    public byte @Nullable [] key() {
      return keyText == null ? null : keyText.getBytes(UTF_8);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static List<Item> ready(WaitingCommands<Item> waiting) {
    List<Item> ready = new ArrayList<>();
    for (Item next = waiting.pollReady(); next != null; next = waiting.pollReady()) {
      ready.add(next);
    }
    assertThat(waiting.hasReady()).isFalse();
    return ready;
  }

  @Test
  void holdsNothingBackWithoutRestrictions() {
    WaitingCommands<Item> waiting = new WaitingCommands<>(false, Map.of());

    assertThat(waiting.enter(Item.of("1", "a", "k"))).isTrue();
    assertThat(waiting.enter(Item.of("2", "a", "k"))).isTrue();
    assertThat(waiting.hasReady()).isFalse();
  }

  @Test
  void commandsOfOneKeyRunOneAfterAnotherAsTheyCame() {
    WaitingCommands<Item> waiting = new WaitingCommands<>(true, Map.of());
    Item first = Item.of("1", "a", "k");
    Item second = Item.of("2", "b", "k");
    Item third = Item.of("3", "a", "k");

    assertThat(waiting.enter(first)).isTrue();
    assertThat(waiting.enter(second)).isFalse();
    assertThat(waiting.enter(third)).isFalse();
    assertThat(waiting.enter(Item.of("other", "a", "l"))).isTrue();
    assertThat(ready(waiting)).isEmpty();

    waiting.leave(first);
    assertThat(ready(waiting)).containsExactly(second);
    waiting.leave(second);
    assertThat(ready(waiting)).containsExactly(third);
    waiting.leave(third);
    assertThat(ready(waiting)).isEmpty();
    assertThat(waiting.enter(Item.of("4", "a", "k"))).isTrue();
  }

  @Test
  void commandsWithoutKeyHaveNoOrder() {
    WaitingCommands<Item> waiting = new WaitingCommands<>(true, Map.of());

    assertThat(waiting.enter(Item.of("1", "a", null))).isTrue();
    assertThat(waiting.enter(Item.of("2", "a", null))).isTrue();
  }

  @Test
  void aStepTypeTakesNoMoreThanItsSlotsAndHoldsBackNoOther() {
    WaitingCommands<Item> waiting = new WaitingCommands<>(false, Map.of("a", 2));
    Item first = Item.of("1", "a", "k");
    Item third = Item.of("3", "a", "k");

    assertThat(waiting.enter(first)).isTrue();
    assertThat(waiting.enter(Item.of("2", "a", "k"))).isTrue();
    assertThat(waiting.enter(third)).isFalse();
    assertThat(waiting.enter(Item.of("b", "b", "k"))).isTrue();

    waiting.leave(first);
    assertThat(ready(waiting)).containsExactly(third);
  }

  @Test
  void aCommandThatWaitsForItsSlotHasItsKeyAlready() {
    WaitingCommands<Item> waiting = new WaitingCommands<>(true, Map.of("a", 1));
    Item slotHolder = Item.of("slot", "a", "other");
    Item first = Item.of("1", "a", "k");
    Item second = Item.of("2", "b", "k");

    assertThat(waiting.enter(slotHolder)).isTrue();
    assertThat(waiting.enter(first)).isFalse();
    assertThat(waiting.enter(second)).isFalse();

    waiting.leave(slotHolder);
    assertThat(ready(waiting)).containsExactly(first);
    waiting.leave(first);
    assertThat(ready(waiting)).containsExactly(second);
  }

  @Test
  void isFullWhileTooMuchWaits() {
    WaitingCommands<Item> waiting = new WaitingCommands<>(true, Map.of());
    Item first = Item.of("1", "a", "k");
    Item large = new Item("2", "a", "k", (int) WaitingCommands.MAX_BYTES);

    assertThat(waiting.enter(first)).isTrue();
    assertThat(waiting.isFull()).isFalse();
    assertThat(waiting.enter(large)).isFalse();
    assertThat(waiting.isFull()).isTrue();

    waiting.leave(first);
    assertThat(waiting.isFull()).isTrue();
    assertThat(waiting.pollReady()).isEqualTo(large);
    assertThat(waiting.isFull()).isFalse();
  }

  @Test
  void whatIsWithdrawnGivesWayToTheOthers() {
    WaitingCommands<Item> waiting = new WaitingCommands<>(true, Map.of("a", 1));
    Item running = Item.of("running", "a", "r");
    Item readySoon = Item.of("gone, ready", "a", "k");
    Item behindIt = Item.of("gone, behind its key", "b", "k");
    Item other = Item.of("stays, behind the key", "b", "k");
    Item forSlot = Item.of("gone, waits for the slot", "a", "l");
    Item lastForSlot = Item.of("stays, waits for the slot", "a", "m");
    assertThat(waiting.enter(running)).isTrue();
    for (Item each : List.of(readySoon, behindIt, other, forSlot, lastForSlot)) {
      assertThat(waiting.enter(each)).isFalse();
    }
    waiting.leave(running);

    assertThat(waiting.withdraw(each -> each.name().startsWith("gone")))
        .containsExactlyInAnyOrder(readySoon, behindIt, forSlot);
    assertThat(ready(waiting)).containsExactlyInAnyOrder(other, lastForSlot);
  }

  /** Who is running at once, by key and by step type; and in which order keys had their turns. */
  private static final class Observed {
    final Map<String, AtomicInteger> running = new ConcurrentHashMap<>();
    final Map<String, AtomicInteger> last = new ConcurrentHashMap<>();
    final List<String> broken = new ArrayList<>();

    void begin(Item item, int number, int mostOfType) {
      check(of(item.stepType()).incrementAndGet() <= mostOfType, "slots of " + item.stepType());
      check(of("key " + item.keyText()).incrementAndGet() == 1, "key " + item.keyText());
      int before =
          last.computeIfAbsent(item.keyText() + "", key -> new AtomicInteger(-1)).getAndSet(number);
      check(before < number, "order of key " + item.keyText());
    }

    void end(Item item) {
      of("key " + item.keyText()).decrementAndGet();
      of(item.stepType()).decrementAndGet();
    }

    private AtomicInteger of(String what) {
      return running.computeIfAbsent(what, name -> new AtomicInteger());
    }

    private synchronized void check(boolean holds, String what) {
      if (!holds) {
        broken.add(what);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void keepsOrderAndSlotsWhenThreadsRace(long seed) throws InterruptedException {
    int count = 20_000;
    int mostOfType = 2;
    WaitingCommands<Item> waiting =
        new WaitingCommands<>(true, Map.of("a", mostOfType, "b", mostOfType));
    Observed observed = new Observed();
    CountDownLatch left = new CountDownLatch(count);
    Random random = new Random(seed);
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < count; i++) {
        String type = random.nextBoolean() ? "a" : "b";
        Item item = Item.of(Integer.toString(i), type, "k" + random.nextInt(5));
        if (waiting.enter(item)) {
          threads.execute(() -> run(item, waiting, observed, mostOfType, threads, left));
        }
      }
      assertThat(left.await(Patience.LIMIT.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
    }
    assertThat(observed.broken).isEmpty();
    assertThat(waiting.hasReady()).isFalse();
  }

  private static void run(
      Item item,
      WaitingCommands<Item> waiting,
      Observed observed,
      int mostOfType,
      ExecutorService threads,
      CountDownLatch left) {
    observed.begin(item, Integer.parseInt(item.name()), mostOfType);
    observed.end(item);
    waiting.leave(item);
    for (Item next = waiting.pollReady(); next != null; next = waiting.pollReady()) {
      Item ready = next;
      threads.execute(() -> run(ready, waiting, observed, mostOfType, threads, left));
    }
    left.countDown();
  }
}
