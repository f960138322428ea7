package dev.millrace.worker.internal;

import static dev.millrace.worker.Schedules.assertHolds;

import dev.millrace.worker.Schedules;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag(Schedules.TAG)
final class WaitingCommandsSchedulesTest {
  private static final byte[] KEY = {1};

  /** A command, how often it was started, and how often it was given up. */
  private static final class Item implements WaitingCommands.Restricted {
    private final int number;
    private final String type;
    private final byte @Nullable [] key;
    private final AtomicInteger started = new AtomicInteger();
    private final AtomicInteger withdrawn = new AtomicInteger();

    Item(int number, String type, byte @Nullable [] key) {
      this.number = number;
      this.type = type;
      this.key = key;
    }

    @Override
    public String stepType() {
      return type;
    }

    @Override
    public byte @Nullable [] key() {
      return key;
    }

    @Override
    public int bytes() {
      return 1;
    }
  }

  /** Starts commands as the runner does, each in a thread of its own. */
  private static final class Worker {
    private final Schedules.Threads threads = new Schedules.Threads();
    private final WaitingCommands<Item> waiting;
    private final AtomicInteger atOnceOfType = new AtomicInteger();
    private final AtomicInteger lastOfKey = new AtomicInteger(-1);
    private final AtomicInteger atOnceOfKey = new AtomicInteger();

    Worker(WaitingCommands<Item> waiting) {
      this.waiting = waiting;
    }

    void enter(Item item) {
      if (waiting.enter(item)) {
        threads.start(() -> run(item));
      }
    }

    void run(Item item) {
      assertHolds(item.started.incrementAndGet() == 1, item.number + " is started twice");
      assertHolds(item.withdrawn.get() == 0, item.number + " is started and was withdrawn");
      boolean isLimited = item.type.equals("one");
      if (isLimited) {
        assertHolds(atOnceOfType.incrementAndGet() == 1, "more than the slots of the type");
      }
      if (item.key != null) {
        assertHolds(atOnceOfKey.incrementAndGet() == 1, "two of a key run at once");
        assertHolds(
            lastOfKey.getAndSet(item.number) < item.number, item.number + " is out of order");
        atOnceOfKey.decrementAndGet();
      }
      if (isLimited) {
        atOnceOfType.decrementAndGet();
      }
      waiting.leave(item);
      startReady();
    }

    void startReady() {
      while (waiting.hasReady()) {
        Item next = waiting.pollReady();
        if (next != null) {
          threads.start(() -> run(next));
        }
      }
    }
  }

  @Test
  void everyCommandIsStartedOnceInTheOrderOfItsKey() {
    Schedules.explore(
        () -> {
          Worker worker = new Worker(new WaitingCommands<>(true, Map.of()));
          List<Item> items =
              List.of(new Item(0, "a", KEY), new Item(1, "a", KEY), new Item(2, "b", KEY));
          items.forEach(worker::enter);
          worker.threads.join();
          items.forEach(
              item -> assertHolds(item.started.get() == 1, item.number + " is forgotten"));
          assertHolds(!worker.waiting.hasReady(), "nothing waits");
        });
  }

  @Test
  void everyCommandIsStartedOnceWithinTheSlotsOfItsType() {
    Schedules.explore(
        () -> {
          Worker worker = new Worker(new WaitingCommands<>(false, Map.of("one", 1)));
          List<Item> items =
              List.of(new Item(0, "one", null), new Item(1, "one", null), new Item(2, "a", null));
          items.forEach(worker::enter);
          worker.threads.join();
          items.forEach(
              item -> assertHolds(item.started.get() == 1, item.number + " is forgotten"));
          assertHolds(worker.waiting.enter(new Item(3, "one", null)), "the slot is free again");
        });
  }

  @Test
  void commandIsEitherStartedOrWithdrawnAndLeavesItsKeyAndSlot() {
    Schedules.explore(
        () -> {
          Worker worker = new Worker(new WaitingCommands<>(true, Map.of("one", 1)));
          List<Item> items =
              List.of(new Item(0, "one", KEY), new Item(1, "one", KEY), new Item(2, "one", null));
          items.forEach(worker::enter);
          for (Item item : worker.waiting.withdraw(item -> item.number > 0)) {
            assertHolds(item.withdrawn.incrementAndGet() == 1, item.number + " is withdrawn twice");
          }
          worker.threads.join();
          for (Item item : items) {
            assertHolds(
                item.started.get() + item.withdrawn.get() == 1, item.number + " is not at once");
          }
          assertHolds(worker.waiting.enter(new Item(3, "one", KEY)), "key and slot are free again");
        });
  }
}
