package dev.millrace.orchestrator.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.Limits;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.OverlapPolicy;
import dev.millrace.schemas.v1.ScheduleAction;
import dev.millrace.schemas.v1.ScheduleSpec;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Changes of schedules that are refused: dead letters, or events of a schedule that is known. */
class RefusedSchedulesTest extends ScheduleCase {
  @ParameterizedTest
  @CsvSource({
    "61 * * * *, 0, UTC, 60000, schedule-cron",
    "0 0 31 2 *, 0, UTC, 60000, schedule-never",
    "* * * * *, 0, Mars/Olympus, 60000, schedule-time-zone",
    "* * * * *, 1000, UTC, 60000, schedule-interval",
    "'', 0, UTC, 60000, schedule-interval",
    "* * * * *, 0, UTC, 1, schedule-catch-up"
  })
  void scheduleThatCannotBeMeantIsADeadLetterOrIfItIsKnownAnEvent(
      String cron, long intervalMs, String timeZone, long catchUpMs, String code) {
    Consumer<ScheduleSpec.Builder> wrong =
        spec ->
            spec.setCron(cron)
                .setIntervalMs(intervalMs)
                .setTimeZone(timeZone)
                .setCatchUpMs(catchUpMs);
    set(wrong);
    assertDeadLetter(code);
    assertThat(engine.stored()).isEmpty();

    set(spec -> {});
    engine.events();
    set(wrong);
    assertThat(engine.deadLetters()).isEmpty();
    assertThat(engine.events())
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getType()).isEqualTo(EventType.CONTROL_REFUSED);
              assertThat(event.getReason()).isEqualTo(code);
              assertThat(event.getFailure().getMessage()).isNotBlank();
            });
    engine.advance(MINUTE);
    assertThat(started()).containsExactly("1201");
  }

  @Test
  void changeOfNoScheduleIsADeadLetter() {
    for (ScheduleAction action :
        List.of(ScheduleAction.PAUSE, ScheduleAction.RESUME, ScheduleAction.BACKFILL)) {
      change(
          action,
          change -> change.setFrom(DrivenEngine.NOON.minusSeconds(60)).setTo(DrivenEngine.NOON));
      assertDeadLetter("unknown-schedule");
    }
    engine.deleteSchedule("s");
    assertDeadLetter("unknown-schedule");
  }

  @Test
  void recordThatIsNoneIsADeadLetter() {
    change(ScheduleAction.SET, change -> {});
    assertDeadLetter("malformed");
    change(ScheduleAction.UNKNOWN, change -> {});
    assertDeadLetter("malformed");
    change(ScheduleAction.BACKFILL, change -> change.setFrom(DrivenEngine.NOON));
    assertDeadLetter("malformed");
    set(spec -> spec.setPriority(10));
    assertDeadLetter("malformed");
    set(spec -> spec.setVersion(-1));
    assertDeadLetter("malformed");
    set(spec -> spec.setDefinition(""));
    assertDeadLetter("malformed");
    set(spec -> spec.setOverlap(OverlapPolicy.UNKNOWN));
    assertDeadLetter("malformed");
    set(spec -> spec.setInput(DrivenEngine.payload(Limits.PAYLOAD_BYTES + 1)));
    assertDeadLetter("malformed");
    engine.send(engine.topics.schedules(), "s", "no record".getBytes(UTF_8));
    assertDeadLetter("malformed");
    assertThat(engine.stored()).isEmpty();
  }

  @Test
  void idThatLeavesNoRoomForASlotIsADeadLetter() {
    engine.schedule("s".repeat(240), setting(spec -> {}));
    assertDeadLetter("schedule-id");
  }

  @Test
  void oneIdIsAWorkflowOrAScheduleAndNeverBoth() {
    engine.start("s", "timed");
    set(spec -> {});
    assertDeadLetter("id-is-a-workflow");
    engine.start("waits", "not there yet");
    engine.schedule("waits", setting(spec -> {}));
    assertDeadLetter("id-is-a-workflow");

    engine.schedule("other", setting(spec -> {}));
    engine.start("other", "timed");
    assertDeadLetter("id-is-a-schedule");
  }

  @Test
  void reportOfWhatIsNoSlotIsADeadLetterAndOfOneThatIsNotRunningIsDropped() {
    set(spec -> {});
    engine.succeed("s", "step", 1, null);
    assertDeadLetter("malformed");
    engine.succeed("s", "20260101T110000Z", 1, null);
    assertThat(engine.deadLetters()).isEmpty();
  }
}
