package dev.millrace.orchestrator.core.schedule;

import static dev.millrace.orchestrator.core.schedule.TestSchedule.backfill;
import static dev.millrace.orchestrator.core.schedule.TestSchedule.carrying;
import static dev.millrace.orchestrator.core.schedule.TestSchedule.everyMinute;
import static dev.millrace.orchestrator.core.schedule.TestSchedule.interval;
import static dev.millrace.orchestrator.core.schedule.TestSchedule.payload;
import static dev.millrace.orchestrator.core.schedule.TestSchedule.slotMs;
import static dev.millrace.orchestrator.core.schedule.TestSchedule.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.state.Payload;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Schedules at their limits, and where one thing happens as another does. */
class ScheduleEdgesTest {
  private final TestSchedule schedule = new TestSchedule();

  @Test
  void whatWaitsIsStartedAtOnceByAChangeThatEndsAPause() {
    schedule.set(everyMinute(OverlapPolicy.QUEUE));
    schedule.advance(Duration.ofMinutes(2));
    schedule.accept(new ScheduleInput.Pause("", schedule.now.toEpochMilli()));
    schedule.succeed("120100", null);
    schedule.started();

    schedule.set(everyMinute(OverlapPolicy.QUEUE));

    assertThat(schedule.started()).containsExactly("120200");
  }

  @Test
  void endOfOneSlotLeavesTheOthersRunning() {
    schedule.set(everyMinute(OverlapPolicy.ALLOW));
    schedule.advance(Duration.ofMinutes(3));
    schedule.succeed("120200", null);

    assertThat(schedule.state.running())
        .extracting(ScheduleState.Running::slotMs)
        .containsExactly(slotMs("120100"), slotMs("120300"));
  }

  @Test
  void deletedScheduleForgetsItsBackfills() {
    schedule.set(spec("0 * * * *", OverlapPolicy.QUEUE));
    schedule.accept(backfill("080000", "110000", null));
    assertThat(schedule.started()).containsExactly("080000");
    schedule.accept(new ScheduleInput.Delete());

    schedule.set(spec("0 * * * *", OverlapPolicy.QUEUE));
    schedule.advance(Duration.ZERO);

    assertThat(schedule.started()).isEmpty();
    assertThat(schedule.state.backfills()).isEmpty();
  }

  @Test
  void backfillMayBeginIn1970AndBeAsShortAsOneSlot() {
    schedule.set(interval(Duration.ofHours(1), "UTC"));
    schedule.accept(new ScheduleInput.Backfill(0, 1, null));

    assertThat(schedule.events(ScheduleEvent.SlotStarted.class))
        .extracting(ScheduleEvent.SlotStarted::slotMs)
        .containsExactly(0L);
  }

  @Test
  void refusedBackfillSaysWhichRangeIsMeantAndHowManySlotsItHas() {
    schedule.set(everyMinute(OverlapPolicy.QUEUE));
    long noon = schedule.now.toEpochMilli();

    assertThat(message(backfill("110001", "110059", null)))
        .isEqualTo(
            "from 2026-11-21T11:00:01Z to 2026-11-21T11:00:59Z there are no slots;"
                + " give a range with 1 to 10000");
    assertThat(message(new ScheduleInput.Backfill(noon - 10_001L * 60_000, noon, null)))
        .contains("there are more than 10000 slots");
    assertThat(message(backfill("110000", "120001", null)))
        .endsWith("to not in the future: it is 2026-11-21T12:00:00Z");
  }

  @Test
  void outageOfTheCatchUpWindowMissesNothing() {
    schedule.set(everyMinute(OverlapPolicy.ALLOW)); // window: one hour
    schedule.standStill(Duration.ofMinutes(61));
    schedule.advance(Duration.ZERO);

    assertThat(schedule.started()).hasSize(61).startsWith("120100");
    assertThat(schedule.events(ScheduleEvent.SlotsMissed.class)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {101, 250})
  void slotsBeforeAPauseThatAreTooManyForOneDecisionAreMissed(int seconds) {
    schedule.set(interval(Duration.ofSeconds(1), "UTC"));
    schedule.standStill(Duration.ofSeconds(seconds));
    schedule.accept(new ScheduleInput.Pause("", schedule.now.toEpochMilli()));

    assertThat(schedule.started()).hasSize(ScheduleLimits.SLOTS_AT_ONCE);
    assertThat(schedule.state.counts().missed()).isEqualTo(seconds - ScheduleLimits.SLOTS_AT_ONCE);
    schedule.accept(new ScheduleInput.Resume("", schedule.now.toEpochMilli()));
    schedule.advance(Duration.ofSeconds(1));
    assertThat(schedule.started()).hasSize(1);
  }

  @Test
  void outputOfAMebibyteIsCarried() {
    Payload largest = new Payload("", new byte[ScheduleLimits.CARRIED_BYTES]);
    schedule.set(carrying(everyMinute(OverlapPolicy.QUEUE)));
    schedule.advance(Duration.ofMinutes(2));
    assertThat(schedule.inputs()).containsExactly(payload("first"));

    schedule.succeed("120100", largest);

    assertThat(schedule.inputs()).containsExactly(largest);
  }

  @ParameterizedTest
  @CsvSource({"1000, 10000", "315360000000, 315360000000"})
  void intervalAndWindowMayBeAsShortAndAsLongAsTheirLimits(long intervalMs, long catchUpMs) {
    schedule.set(
        new ScheduleSpec(
            "work", 0, "", intervalMs, "UTC", OverlapPolicy.SKIP, catchUpMs, null, false, "", 5));

    assertThat(schedule.state.status()).isEqualTo(ScheduleState.Status.ACTIVE);
  }

  @Test
  void cronAndIntervalAreGivenOneOfTheTwo() {
    ScheduleSpec both =
        new ScheduleSpec(
            "work", 0, "@daily", 1_000, "UTC", OverlapPolicy.SKIP, 10_000, null, false, "", 5);

    assertThat(message(new ScheduleInput.Set(both, false, 0)))
        .isEqualTo("cron and intervalMs are both given; give one of them");
    assertThat(message(new ScheduleInput.Set(spec("", OverlapPolicy.SKIP), false, 0)))
        .isEqualTo("neither cron nor intervalMs is given; give one of them");
  }

  @Test
  void cronMayHaveTwoHundredAndFiftySixCharacters() throws Exception {
    String longest = "0" + ",1".repeat(123) + " * * * *";

    assertThat(CronExpression.parse(longest + " ".repeat(256 - longest.length()))).isNotNull();
  }

  @Test
  void workflowOfASlotIsNamedAfterItsScheduleAndItsTime() {
    assertThat(Slots.workflowId("nightly", slotMs("030000"))).isEqualTo("nightly@20261121T030000Z");
    for (String none :
        new String[] {"", "20261121T030000", "20261121T250000Z", "2026-11-21T03:00"}) {
      assertThat(Slots.parse(none)).as(none).isEmpty();
    }
  }

  @Test
  void codesOfRefusalsAreStableAndOnlyRedeliveryIsExpected() {
    assertThat(Arrays.stream(ScheduleRefusal.values()).map(ScheduleRefusal::code))
        .containsExactly(
            "unknown-schedule",
            "schedule-id",
            "id-is-a-workflow",
            "schedule-interval",
            "schedule-cron",
            "schedule-never",
            "schedule-time-zone",
            "schedule-catch-up",
            "schedule-range",
            "schedule-backfills",
            "already-applied",
            "slot-not-running");
    assertThat(ScheduleRefusal.values())
        .filteredOn(ScheduleRefusal::isExpected)
        .containsExactly(ScheduleRefusal.ALREADY_APPLIED, ScheduleRefusal.SLOT_NOT_RUNNING);
  }

  private String message(ScheduleInput input) {
    return Objects.requireNonNull(schedule.give(input)).message();
  }
}
