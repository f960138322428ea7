package dev.millrace.orchestrator.core.schedule;

import static dev.millrace.orchestrator.core.schedule.TestSchedule.carrying;
import static dev.millrace.orchestrator.core.schedule.TestSchedule.everyMinute;
import static dev.millrace.orchestrator.core.schedule.TestSchedule.interval;
import static dev.millrace.orchestrator.core.schedule.TestSchedule.payload;
import static dev.millrace.orchestrator.core.schedule.TestSchedule.slotMs;
import static dev.millrace.orchestrator.core.schedule.TestSchedule.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.schedule.ScheduleEvent.SkipReason;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScheduleDeciderTest {
  private final TestSchedule schedule = new TestSchedule();

  @Test
  void slotsAreThoseAfterItWasSet() {
    schedule.set(everyMinute(OverlapPolicy.ALLOW));
    assertThat(schedule.started()).isEmpty();

    schedule.advance(Duration.ofSeconds(59));
    assertThat(schedule.started()).isEmpty();
    schedule.advance(Duration.ofMinutes(2));
    assertThat(schedule.started()).containsExactly("120100", "120200");
  }

  @Test
  void intervalsCountFromAMidnightWhicheverMomentItWasSet() {
    schedule.standStill(Duration.ofMinutes(7));
    schedule.set(interval(Duration.ofMinutes(10), "UTC"));
    schedule.advance(Duration.ofMinutes(20));
    assertThat(schedule.started()).containsExactly("121000", "122000");

    schedule.set(interval(Duration.ofHours(4), "Asia/Kathmandu")); // began 1970 at +05:30
    schedule.advance(Duration.ofHours(4));
    assertThat(schedule.started()).containsExactly("143000");
  }

  @Test
  void setThatIsReadLateMissesNoSlot() {
    Instant asked = schedule.now;
    schedule.standStill(Duration.ofMinutes(2));
    schedule.accept(
        new ScheduleInput.Set(everyMinute(OverlapPolicy.ALLOW), false, asked.toEpochMilli()));
    schedule.advance(Duration.ZERO);

    assertThat(schedule.started()).containsExactly("120100", "120200");
  }

  @Test
  void changeLeavesTheSlotsBeforeItToTheFormerSchedule() {
    schedule.set(everyMinute(OverlapPolicy.ALLOW));
    schedule.standStill(Duration.ofMinutes(3));
    schedule.set(spec("30 * * * *", OverlapPolicy.ALLOW));
    assertThat(schedule.started()).containsExactly("120100", "120200", "120300");

    schedule.advance(Duration.ofHours(1));
    assertThat(schedule.started()).containsExactly("123000");
  }

  @Test
  void skipLeavesOutWhatComesWhileOneRuns() {
    schedule.set(everyMinute(OverlapPolicy.SKIP));
    schedule.advance(Duration.ofMinutes(3));
    assertThat(schedule.started()).containsExactly("120100");
    assertThat(schedule.events(ScheduleEvent.SlotSkipped.class))
        .extracting(ScheduleEvent.SlotSkipped::reason)
        .containsExactly(SkipReason.OVERLAP, SkipReason.OVERLAP);

    schedule.succeed("120100", null);
    assertThat(schedule.started()).isEmpty();
    schedule.advance(Duration.ofMinutes(1));
    assertThat(schedule.started()).containsExactly("120400");
    assertThat(schedule.state.counts()).isEqualTo(new ScheduleState.Counts(2, 2, 0, 1, 0));
  }

  @Test
  void queueStartsOneAfterAnother() {
    schedule.set(everyMinute(OverlapPolicy.QUEUE));
    schedule.advance(Duration.ofMinutes(3));
    assertThat(schedule.started()).containsExactly("120100");

    schedule.fail("120100");
    assertThat(schedule.started()).containsExactly("120200");
    schedule.succeed("120200", null);
    assertThat(schedule.started()).containsExactly("120300");
    schedule.succeed("120300", null);
    assertThat(schedule.started()).isEmpty();
    assertThat(schedule.state.counts().failed()).isEqualTo(1);
  }

  @Test
  void queueThatIsFullLeavesSlotsOut() {
    schedule.set(spec("* * * * *", OverlapPolicy.QUEUE));
    schedule.advance(Duration.ofMinutes(ScheduleLimits.WAITING + 3));

    assertThat(schedule.state.waiting()).hasSize(ScheduleLimits.WAITING);
    assertThat(schedule.events(ScheduleEvent.SlotSkipped.class))
        .extracting(ScheduleEvent.SlotSkipped::reason)
        .containsExactly(SkipReason.QUEUE_FULL, SkipReason.QUEUE_FULL);
  }

  @Test
  void allowStartsAllSideBySideUpToALimit() {
    schedule.set(everyMinute(OverlapPolicy.ALLOW));
    schedule.advance(Duration.ofMinutes(ScheduleLimits.RUNNING + 1));

    assertThat(schedule.started()).hasSize(ScheduleLimits.RUNNING);
    assertThat(schedule.events(ScheduleEvent.SlotSkipped.class))
        .extracting(ScheduleEvent.SlotSkipped::reason)
        .containsExactly(SkipReason.TOO_MANY_RUNNING);
  }

  @Test
  void cancelPreviousAsksOnceAndStartsTheLatestWhenTheOtherHasEnded() {
    schedule.set(everyMinute(OverlapPolicy.CANCEL_PREVIOUS));
    schedule.advance(Duration.ofMinutes(2));
    assertThat(schedule.started()).containsExactly("120100");
    assertThat(schedule.cancelled()).containsExactly("120100");

    schedule.advance(Duration.ofMinutes(1));
    assertThat(schedule.cancelled()).isEmpty();
    assertThat(schedule.events(ScheduleEvent.SlotSkipped.class))
        .singleElement()
        .isEqualTo(
            new ScheduleEvent.SlotSkipped(
                slotMs("120200"), SlotOrigin.WAITING, SkipReason.REPLACED));

    schedule.fail("120100");
    assertThat(schedule.started()).containsExactly("120300");
  }

  @Test
  void lastOutputIsTheNextInput() {
    schedule.set(carrying(everyMinute(OverlapPolicy.QUEUE)));
    schedule.advance(Duration.ofMinutes(2));
    assertThat(schedule.inputs()).containsExactly(payload("first"));

    schedule.succeed("120100", payload("one"));
    assertThat(schedule.inputs()).containsExactly(payload("one"));
    schedule.fail("120200");
    schedule.advance(Duration.ofMinutes(1));
    assertThat(schedule.inputs()).containsExactly(payload("one"));
    schedule.succeed("120300", null);

    schedule.set(carrying(spec("*/2 * * * *", OverlapPolicy.QUEUE)));
    schedule.advance(Duration.ofMinutes(1));
    assertThat(schedule.inputs()).as("kept by a change").containsExactly(payload("one"));

    schedule.set(everyMinute(OverlapPolicy.ALLOW));
    schedule.set(carrying(everyMinute(OverlapPolicy.ALLOW)));
    schedule.advance(Duration.ofMinutes(1));
    assertThat(schedule.inputs()).as("dropped without carry").containsExactly(payload("first"));
  }

  @Test
  void outputThatIsTooLargeToBeCarriedFailsItsSlot() {
    schedule.set(carrying(everyMinute(OverlapPolicy.QUEUE)));
    schedule.advance(Duration.ofMinutes(1));
    schedule.succeed("120100", new Payload("", new byte[ScheduleLimits.CARRIED_BYTES + 1]));

    assertThat(schedule.events(ScheduleEvent.SlotEnded.class))
        .singleElement()
        .satisfies(
            ended -> {
              assertThat(ended.output()).isNull();
              assertThat(ended.failure())
                  .isNotNull()
                  .extracting(Failure::type)
                  .isEqualTo(Failure.OUTPUT_TOO_LARGE);
            });
    assertThat(schedule.state.carried()).isNull();
  }

  @Test
  void outageIsCaughtUpWithinTheWindowAndTheRestIsSaidToBeMissed() {
    schedule.set(everyMinute(OverlapPolicy.ALLOW)); // window: one hour
    schedule.standStill(Duration.ofHours(3));
    schedule.advance(Duration.ZERO);

    List<String> started = schedule.started();
    assertThat(started).hasSize(61).startsWith("140000").endsWith("150000");
    assertThat(schedule.events(ScheduleEvent.SlotsMissed.class))
        .containsExactly(
            new ScheduleEvent.SlotsMissed(slotMs("120100"), slotMs("140000") - 1, 119));
    assertThat(schedule.state.counts().missed()).isEqualTo(119);
  }

  @Test
  void missedSlotsAreCountedUpToALimit() {
    schedule.set(everyMinute(OverlapPolicy.SKIP));
    schedule.standStill(Duration.ofDays(365));
    schedule.advance(Duration.ZERO);

    assertThat(schedule.events(ScheduleEvent.SlotsMissed.class))
        .singleElement()
        .extracting(ScheduleEvent.SlotsMissed::count)
        .isEqualTo(ScheduleLimits.MISSED_COUNTED);
  }

  @Test
  void oneDecisionTakesABoundedNumberOfSlots() {
    schedule.set(interval(Duration.ofSeconds(1), "UTC"));
    schedule.standStill(Duration.ofSeconds(250));
    for (int slots : List.of(100, 100, 50, 0)) {
      schedule.accept(new ScheduleInput.Tick());
      assertThat(schedule.started()).hasSize(slots);
    }
  }

  @Test
  void slotsOfTheTimeOfAPauseAreNeverStarted() {
    schedule.set(everyMinute(OverlapPolicy.QUEUE));
    schedule.advance(Duration.ofMinutes(2));
    schedule.accept(new ScheduleInput.Pause("maintenance", schedule.now.toEpochMilli()));
    assertThat(schedule.started()).containsExactly("120100");

    schedule.advance(Duration.ofMinutes(5));
    schedule.succeed("120100", null);
    assertThat(schedule.started()).as("the one that waits too").isEmpty();

    schedule.accept(new ScheduleInput.Resume("done", schedule.now.toEpochMilli()));
    assertThat(schedule.started()).containsExactly("120200");
    schedule.succeed("120200", null);
    schedule.advance(Duration.ofMinutes(1));
    assertThat(schedule.started()).containsExactly("120800");
    assertThat(schedule.state.counts().missed()).isZero();
  }

  @Test
  void pauseAndResumeTwiceChangeNothing() {
    schedule.set(everyMinute(OverlapPolicy.SKIP));
    schedule.accept(new ScheduleInput.Resume("", schedule.now.toEpochMilli()));
    schedule.accept(new ScheduleInput.Pause("", schedule.now.toEpochMilli()));
    schedule.accept(new ScheduleInput.Pause("", schedule.now.toEpochMilli()));

    assertThat(schedule.log)
        .hasOnlyElementsOfTypes(ScheduleEvent.Set.class, ScheduleEvent.Paused.class)
        .hasSize(2);
  }

  @Test
  void pauseThatIsReadLateLeavesTheSlotsBeforeItToBeStarted() {
    schedule.set(everyMinute(OverlapPolicy.ALLOW));
    long asked = schedule.now.plus(Duration.ofMinutes(1)).toEpochMilli();
    schedule.standStill(Duration.ofMinutes(5));
    schedule.accept(new ScheduleInput.Pause("", asked));
    schedule.advance(Duration.ofMinutes(5));

    assertThat(schedule.started()).containsExactly("120100");
  }

  @Test
  void deletedScheduleStartsNothingAndForgetsWhatRuns() {
    schedule.set(carrying(everyMinute(OverlapPolicy.QUEUE)));
    schedule.advance(Duration.ofMinutes(2));
    schedule.started();
    schedule.accept(new ScheduleInput.Delete());
    schedule.advance(Duration.ofMinutes(5));

    assertThat(schedule.refusal(new ScheduleInput.Report(slotMs("120100"), null, null)))
        .isEqualTo(ScheduleRefusal.SLOT_NOT_RUNNING);
    assertThat(schedule.refusal(new ScheduleInput.Delete()))
        .isEqualTo(ScheduleRefusal.UNKNOWN_SCHEDULE);
    assertThat(schedule.started()).isEmpty();

    schedule.set(everyMinute(OverlapPolicy.QUEUE));
    schedule.advance(Duration.ofMinutes(1));
    assertThat(schedule.started()).containsExactly("120800");
    assertThat(schedule.state.counts()).isEqualTo(new ScheduleState.Counts(1, 0, 0, 0, 0));
    assertThat(schedule.state.nextSequence()).isEqualTo(schedule.log.size());
  }

  /** Crash after the start was sent and before it was stored; the workflow ended meanwhile. */
  @Test
  void outputOfALostTimeLineIsCarried() {
    schedule.set(carrying(everyMinute(OverlapPolicy.QUEUE)));
    schedule.standStill(Duration.ofMinutes(1));

    schedule.succeed("120100", payload("from the lost time line"));
    assertThat(schedule.started()).as("the same id again").containsExactly("120100");
    schedule.advance(Duration.ofMinutes(1));
    assertThat(schedule.inputs()).containsExactly(payload("from the lost time line"));
  }
}
