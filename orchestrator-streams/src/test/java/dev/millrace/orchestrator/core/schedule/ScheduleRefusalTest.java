package dev.millrace.orchestrator.core.schedule;

import static dev.millrace.orchestrator.core.schedule.TestSchedule.backfill;
import static dev.millrace.orchestrator.core.schedule.TestSchedule.everyMinute;
import static dev.millrace.orchestrator.core.schedule.TestSchedule.slotMs;
import static dev.millrace.orchestrator.core.schedule.TestSchedule.spec;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a schedule refuses, and that it changes nothing. */
class ScheduleRefusalTest {
  private final TestSchedule schedule = new TestSchedule();

  static Stream<Arguments> wrongSpecs() {
    ScheduleSpec ok = everyMinute(OverlapPolicy.SKIP);
    return Stream.of(
        Arguments.of(spec("61 * * * *", OverlapPolicy.SKIP), ScheduleRefusal.CRON),
        Arguments.of(spec("0 0 31 2 *", OverlapPolicy.SKIP), ScheduleRefusal.NEVER),
        Arguments.of(spec("", OverlapPolicy.SKIP), ScheduleRefusal.INTERVAL),
        Arguments.of(with(ok, "* * * * *", 1_000, "UTC", 60_000), ScheduleRefusal.INTERVAL),
        Arguments.of(with(ok, "", -1_000, "UTC", 60_000), ScheduleRefusal.INTERVAL),
        Arguments.of(with(ok, "", 999, "UTC", 60_000), ScheduleRefusal.INTERVAL),
        Arguments.of(with(ok, "", 1_500, "UTC", 60_000), ScheduleRefusal.INTERVAL),
        Arguments.of(with(ok, "", Long.MAX_VALUE, "UTC", 60_000), ScheduleRefusal.INTERVAL),
        Arguments.of(with(ok, "@daily", 0, "Mars/Olympus", 60_000), ScheduleRefusal.TIME_ZONE),
        Arguments.of(with(ok, "@daily", 0, "", 60_000), ScheduleRefusal.TIME_ZONE),
        Arguments.of(with(ok, "@daily", 0, "UTC", 9_999), ScheduleRefusal.CATCH_UP),
        Arguments.of(with(ok, "@daily", 0, "UTC", Long.MAX_VALUE), ScheduleRefusal.CATCH_UP));
  }

  @ParameterizedTest
  @MethodSource("wrongSpecs")
  void whatCannotBeMeantIsRefusedAndChangesNothing(ScheduleSpec wrong, ScheduleRefusal reason) {
    assertThat(schedule.refusal(new ScheduleInput.Set(wrong, false, 0))).isEqualTo(reason);
    assertThat(schedule.state).isEqualTo(ScheduleState.ABSENT);
  }

  @Test
  void idMustLeaveRoomForASlot() {
    ScheduleInput set = new ScheduleInput.Set(everyMinute(OverlapPolicy.SKIP), false, 0);
    String longest = "é".repeat(ScheduleLimits.ID_BYTES / 2) + "x";

    assertThat(ScheduleDecider.decide(longest, ScheduleState.ABSENT, set, 0))
        .isInstanceOf(ScheduleDecision.Accepted.class);
    assertThat(ScheduleDecider.decide(longest + "x", ScheduleState.ABSENT, set, 0))
        .isInstanceOfSatisfying(
            ScheduleDecision.Refused.class,
            refused -> {
              assertThat(refused.reason()).isEqualTo(ScheduleRefusal.ID_TOO_LONG);
              assertThat(refused.message()).contains("240 bytes", "at most 239");
            });
  }

  @Test
  void whatIsNotSetCanOnlyBeSet() {
    long noon = schedule.now.toEpochMilli();
    for (ScheduleInput input :
        List.of(
            new ScheduleInput.Pause("", noon),
            new ScheduleInput.Resume("", noon),
            new ScheduleInput.Delete(),
            backfill("100000", "110000", null))) {
      assertThat(schedule.refusal(input)).isEqualTo(ScheduleRefusal.UNKNOWN_SCHEDULE);
    }
  }

  @Test
  void timeZoneThatIsNotKnownAnyMoreIsRefusedAtEachLookAndBreaksNothing() {
    schedule.set(everyMinute(OverlapPolicy.QUEUE));
    ScheduleSpec unknown = with(schedule.state.setSpec(), "* * * * *", 0, "Gone/Zone", 60_000);
    schedule.state =
        ScheduleEvolver.evolve(schedule.state, new ScheduleEvent.Set(unknown, false, 0));

    assertThat(schedule.refusal(new ScheduleInput.Tick())).isEqualTo(ScheduleRefusal.TIME_ZONE);
    schedule.accept(new ScheduleInput.Delete());
  }

  @Test
  void reportOfASlotThatIsNotRunningIsRefused() {
    schedule.set(everyMinute(OverlapPolicy.QUEUE));
    schedule.advance(Duration.ofMinutes(1));
    schedule.succeed("120100", null);

    for (String slot : List.of("120100", "110000", "130000")) {
      assertThat(schedule.refusal(new ScheduleInput.Report(slotMs(slot), null, null)))
          .isEqualTo(ScheduleRefusal.SLOT_NOT_RUNNING);
    }
  }

  private static ScheduleSpec with(
      ScheduleSpec spec, String cron, long intervalMs, String timeZone, long catchUpMs) {
    return new ScheduleSpec(
        spec.definition(),
        spec.version(),
        cron,
        intervalMs,
        timeZone,
        spec.overlap(),
        catchUpMs,
        spec.input(),
        spec.carry(),
        spec.tenant(),
        spec.priority());
  }
}
