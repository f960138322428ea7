package dev.millrace.worker.internal;

import static dev.millrace.worker.Schedules.assertHolds;

import dev.millrace.worker.Schedules;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag(Schedules.TAG)
final class SlotsSchedulesTest {
  @Test
  void noMoreSlotsAreTakenThanThereAreAndAllComeBack() {
    Schedules.explore(
        () -> {
          Slots slots = new Slots(2);
          AtomicInteger taken = new AtomicInteger();
          Schedules.Threads threads = new Schedules.Threads();
          for (int i = 0; i < 3; i++) {
            threads.start(() -> takeAndGiveBack(slots, taken));
          }
          while (!slots.tryTake()) {
            slots.awaitFree(1_000);
          }
          assertHolds(taken.incrementAndGet() <= 2, "three slots are taken");
          taken.decrementAndGet();
          slots.giveBack();
          threads.join();
          assertHolds(slots.tryTake(), "a slot is lost");
          assertHolds(slots.tryTake(), "a slot is lost");
          assertHolds(slots.noneFree() && !slots.tryTake(), "there is a slot too many");
        });
  }

  private static void takeAndGiveBack(Slots slots, AtomicInteger taken) {
    if (slots.tryTake()) {
      assertHolds(taken.incrementAndGet() <= 2, "three slots are taken");
      taken.decrementAndGet();
      slots.giveBack();
    }
  }
}
