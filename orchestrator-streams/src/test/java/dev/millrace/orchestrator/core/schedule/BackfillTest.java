package dev.millrace.orchestrator.core.schedule;

import static dev.millrace.orchestrator.core.schedule.TestSchedule.backfill;
import static dev.millrace.orchestrator.core.schedule.TestSchedule.everyMinute;
import static dev.millrace.orchestrator.core.schedule.TestSchedule.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.schedule.ScheduleEvent.SkipReason;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Slots of a range in the past. It is noon when a test begins. */
class BackfillTest {
  private final TestSchedule schedule = new TestSchedule();

  @Test
  void backfillStartsTheSlotsOfItsRange() {
    schedule.set(everyMinute(OverlapPolicy.ALLOW));
    schedule.accept(backfill("100000", "100300", null));
    schedule.advance(Duration.ZERO);

    assertThat(schedule.started()).containsExactly("100000", "100100", "100200");
    assertThat(schedule.state.backfills()).isEmpty();
    assertThat(schedule.state.cursorMs()).isEqualTo(TestSchedule.NOON.toEpochMilli());
  }

  @Test
  void backfillObeysTheOverlapPolicy() {
    schedule.set(everyMinute(OverlapPolicy.SKIP));
    schedule.accept(backfill("100000", "100300", null));
    assertThat(schedule.started()).containsExactly("100000");
    assertThat(schedule.state.counts().skipped()).isEqualTo(2);
  }

  @Test
  void backfillWithAPolicyOfItsOwnGoesOnAsEachEnds() {
    schedule.set(spec("0 * * * *", OverlapPolicy.SKIP));
    schedule.accept(backfill("080000", "110000", OverlapPolicy.QUEUE));
    assertThat(schedule.started()).containsExactly("080000");
    schedule.succeed("080000", null);
    schedule.succeed("090000", null);
    assertThat(schedule.started()).containsExactly("090000", "100000");

    schedule.advance(Duration.ofHours(1));
    assertThat(schedule.state.counts().skipped()).as("the slot of 13:00").isEqualTo(1);
    schedule.fail("100000");
    assertThat(schedule.state.backfills()).isEmpty();
  }

  @Test
  void backfillDoesNotStartWhatRuns() {
    schedule.set(everyMinute(OverlapPolicy.ALLOW));
    schedule.advance(Duration.ofMinutes(2));
    schedule.started();
    schedule.accept(backfill("120000", "120200", null));

    assertThat(schedule.started()).containsExactly("120000");
    assertThat(schedule.events(ScheduleEvent.SlotSkipped.class))
        .extracting(ScheduleEvent.SlotSkipped::reason)
        .containsExactly(SkipReason.ALREADY_TAKEN);
  }

  @ParameterizedTest
  @EnumSource(OverlapPolicy.class)
  void largeBackfillIsDoneInSlices(OverlapPolicy overlap) {
    schedule.set(everyMinute(overlap));
    schedule.accept(backfill("080000", "100000", null));
    assertThat(schedule.state.counts().started() + schedule.state.counts().skipped())
        .isLessThanOrEqualTo(ScheduleLimits.SLOTS_AT_ONCE);
    schedule.advance(Duration.ZERO);
    while (!schedule.state.running().isEmpty()) {
      long slot = schedule.state.running().getFirst().slotMs();
      schedule.accept(new ScheduleInput.Report(slot, null, null));
    }

    long skipped = schedule.state.counts().skipped();
    assertThat(schedule.state.backfills()).isEmpty();
    assertThat(schedule.state.counts().started() + skipped).isEqualTo(120);
    assertThat(skipped)
        .isEqualTo(
            switch (overlap) {
              case QUEUE, ALLOW -> 0;
              case SKIP -> 119;
              case CANCEL_PREVIOUS -> 118;
            });
  }

  @Test
  void backfillThatCannotBeMeantIsRefused() {
    schedule.set(everyMinute(OverlapPolicy.QUEUE));
    long noon = schedule.now.toEpochMilli();
    for (ScheduleInput wrong :
        List.of(
            backfill("110000", "110000", null),
            backfill("110000", "100000", null),
            backfill("110000", "120001", null),
            backfill("110001", "110059", null),
            new ScheduleInput.Backfill(-1, noon, null),
            new ScheduleInput.Backfill(Long.MIN_VALUE, Long.MAX_VALUE, null),
            new ScheduleInput.Backfill(noon - 10_001L * 60_000, noon, null))) {
      assertThat(schedule.refusal(wrong)).as(wrong.toString()).isEqualTo(ScheduleRefusal.RANGE);
    }
    schedule.accept(new ScheduleInput.Backfill(noon - 10_000L * 60_000, noon, null));
    IntStream.range(1, ScheduleLimits.BACKFILLS)
        .forEach(i -> schedule.accept(backfill("100000", "110000", null)));
    assertThat(schedule.refusal(backfill("100000", "110000", null)))
        .isEqualTo(ScheduleRefusal.TOO_MANY_BACKFILLS);
  }
}
