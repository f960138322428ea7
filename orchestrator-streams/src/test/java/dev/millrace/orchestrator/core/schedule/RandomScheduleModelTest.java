package dev.millrace.orchestrator.core.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.state.Failure;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Schedules under random inputs, held against what must be true of all of them. Other numbers of
 * schedules with {@code -Dmillrace.schedules=N}.
 */
class RandomScheduleModelTest {
  private static final int SEEDS = Integer.getInteger("millrace.schedules", 300);
  private static final int INPUTS = 100;

  @ParameterizedTest
  @EnumSource(OverlapPolicy.class)
  void everySlotIsTakenOnceInItsTimeAndByItsPolicy(OverlapPolicy overlap) {
    for (long seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      TestSchedule schedule = new TestSchedule();
      schedule.set(
          random.nextBoolean()
              ? TestSchedule.everyMinute(overlap)
              : TestSchedule.carrying(TestSchedule.spec("*/3 * * * *", overlap)));
      for (int i = 0; i < INPUTS; i++) {
        step(random, schedule);
        String context = "seed %d, input %d".formatted(seed, i);
        assertPolicy(context, overlap, schedule.state);
      }
      assertThat(fold(schedule.log)).as("seed " + seed).isEqualTo(schedule.state);
      assertEverySlotHasOneFate("seed " + seed, schedule);
    }
  }

  private static void step(Random random, TestSchedule schedule) {
    long nowMs = schedule.now.toEpochMilli();
    switch (random.nextInt(12)) {
      case 0 -> schedule.standStill(Duration.ofSeconds(random.nextInt(7_200)));
      case 1 -> schedule.give(new ScheduleInput.Pause("", nowMs - random.nextInt(100_000)));
      case 2, 3 -> schedule.give(new ScheduleInput.Resume("", nowMs - random.nextInt(100_000)));
      case 4 -> schedule.give(new ScheduleInput.Tick());
      case 5, 6, 7 -> report(random, schedule);
      default -> schedule.advance(Duration.ofSeconds(random.nextInt(300)));
    }
  }

  private static void report(Random random, TestSchedule schedule) {
    List<ScheduleState.Running> running = schedule.state.running();
    if (!running.isEmpty()) {
      long slot = running.get(random.nextInt(running.size())).slotMs();
      schedule.accept(
          random.nextBoolean()
              ? new ScheduleInput.Report(slot, TestSchedule.payload("" + slot), null)
              : new ScheduleInput.Report(slot, null, new Failure("f", "", false)));
    }
  }

  private static void assertPolicy(String context, OverlapPolicy overlap, ScheduleState state) {
    if (overlap != OverlapPolicy.ALLOW) {
      assertThat(state.running()).as(context).hasSizeLessThanOrEqualTo(1);
    }
    if (overlap == OverlapPolicy.SKIP || overlap == OverlapPolicy.ALLOW) {
      assertThat(state.waiting()).as(context).isEmpty();
    }
    if (overlap == OverlapPolicy.CANCEL_PREVIOUS) {
      assertThat(state.waiting()).as(context).hasSizeLessThanOrEqualTo(1);
    }
    assertThat(state.waiting()).as(context).isSorted();
  }

  /** Of the slots that were due: started or left out, or missed, or their time was paused. */
  private static void assertEverySlotHasOneFate(String context, TestSchedule schedule) {
    Recurrence recurrence;
    try {
      recurrence = schedule.state.setSpec().recurrence();
    } catch (InvalidScheduleException e) {
      throw new AssertionError(e);
    }
    Set<Long> fates = new HashSet<>();
    long cursorMs = TestSchedule.NOON.toEpochMilli();
    for (ScheduleEvent event : schedule.log) {
      long slotMs =
          switch (event) {
            case ScheduleEvent.SlotStarted slot ->
                slot.origin() == SlotOrigin.DUE ? slot.slotMs() : 0;
            case ScheduleEvent.SlotQueued slot -> slot.slotMs();
            case ScheduleEvent.SlotSkipped slot ->
                slot.origin() == SlotOrigin.DUE ? slot.slotMs() : 0;
            default -> 0;
          };
      if (slotMs != 0) {
        assertThat(fates.add(slotMs)).as("%s: slot %d taken twice", context, slotMs).isTrue();
        assertThat(slotMs).as(context).isEqualTo(recurrence.nextAfter(cursorMs));
        cursorMs = slotMs;
      } else if (event instanceof ScheduleEvent.SlotsMissed missed) {
        assertThat(missed.fromMs()).as(context).isEqualTo(recurrence.nextAfter(cursorMs));
        cursorMs = missed.cursorMs();
      } else if (event instanceof ScheduleEvent.Resumed resumed) {
        cursorMs = resumed.cursorMs();
      }
    }
    assertThat(schedule.state.cursorMs()).as(context).isEqualTo(cursorMs);
  }

  private static ScheduleState fold(List<ScheduleEvent> log) {
    ScheduleState state = ScheduleState.ABSENT;
    for (ScheduleEvent event : log) {
      state = ScheduleEvolver.evolve(state, event);
    }
    return state;
  }
}
