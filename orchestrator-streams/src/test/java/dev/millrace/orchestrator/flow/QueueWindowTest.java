package dev.millrace.orchestrator.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The law by which a window follows what its workers do, sample by sample. */
final class QueueWindowTest {
  private static final WindowSettings SETTINGS =
      new WindowSettings(Duration.ofMillis(500), 16, 128, 10_000);
  private static final int RUN_MS = 10;

  private final QueueWindow window = new QueueWindow(SETTINGS, 0);
  private long nowMs;

  /** A second in which so many attempts ended. */
  private void second(long open, long ended, boolean isHeld, double lagMs) {
    nowMs += 1_000;
    window.take(
        new QueueSample(nowMs, open, ended, ended, ended * RUN_MS, 0, 0, 0, 1, isHeld, lagMs));
  }

  @Test
  void growsOnlyWhileItIsWhatHoldsStepsBack() {
    second(10, 1_000, false, 0);
    assertThat(window.size()).isEqualTo(128);
    second(10, 1_000, true, 0);
    assertThat(window.size()).isEqualTo(256);
  }

  @Test
  void neverDoublesMoreThanOnceARound() {
    for (int round = 1; round <= 3; round++) {
      second(window.size(), 100_000, true, 0);
      assertThat(window.size()).isEqualTo(128 << round);
    }
  }

  @Test
  void fallsToWhatTheWorkersFinishWithinTargetAndRunTime() {
    second(2_000, 1_000, true, 0); // 2 seconds in the queue
    assertThat(window.size()).isEqualTo(128);
    for (int round = 0; round < 4; round++) {
      second(128, 100, true, 0); // 1.28 s
    }
    assertThat(window.size()).isEqualTo(51); // 100 a second for 510 ms
  }

  @Test
  void fallsByHalfARoundAtMost() {
    second(128, 1, false, 0);
    assertThat(window.size()).isEqualTo(64);
  }

  @Test
  void shrinksToTheLeastWhileNoWorkerEndsAnything() {
    second(128, 1_000, true, 0);
    for (int round = 0; round < 10; round++) {
      second(128, 0, true, 0);
    }
    assertThat(window.size()).isEqualTo(SETTINGS.least());
  }

  @Test
  void staysWhereNothingIsOpen() {
    for (int round = 0; round < 10; round++) {
      second(0, 0, false, QueueSample.UNKNOWN_LAG);
    }
    assertThat(window.size()).isEqualTo(SETTINGS.first());
  }

  @Test
  void doesNotGrowWhileTheLagIsNotKnown() {
    second(100, 10_000, true, QueueSample.UNKNOWN_LAG);
    assertThat(window.size()).isEqualTo(SETTINGS.first());
    second(100, 10_000, true, 0);
    assertThat(window.size()).isGreaterThan(SETTINGS.first());
  }

  @Test
  void shrinksForALagThatTheEngineCannotSee() {
    second(10, 100, true, 5_000);
    assertThat(window.size()).isEqualTo(64);
  }

  @Test
  void lagOfWhatIsOnlyNotCommittedYetIsNone() {
    second(100, 10_000, true, 900);
    assertThat(window.size()).isGreaterThan(SETTINGS.first());
  }

  @Test
  void staysUntilTheFirstAttemptEnds() {
    for (int round = 0; round < 100; round++) {
      second(128, 0, true, 1_000_000);
    }
    assertThat(window.size()).isEqualTo(SETTINGS.first());
  }

  @Test
  void growsToItsMost() {
    for (int round = 0; round < 20; round++) {
      second(window.size(), 1_000_000, true, 0);
    }
    assertThat(window.size()).isEqualTo(SETTINGS.most());
  }

  @Test
  void workersThatDoNotReportWhenTheyRanAreLeftAlone() {
    for (int round = 0; round < 10; round++) {
      nowMs += 1_000;
      window.take(new QueueSample(nowMs, 128, 10, 0, 0, 0, 0, 0, 1, true, QueueSample.UNKNOWN_LAG));
    }
    assertThat(window.size()).isEqualTo(SETTINGS.first());
  }

  @Test
  void longHandlersMakeTheTargetLonger() {
    for (int round = 0; round < 180; round++) {
      nowMs += 1_000;
      // 100 slots end 5 in 3 seconds; 8 more commands wait, for 5 s
      int ended = round % 3 == 0 ? 1 : 2;
      window.take(new QueueSample(nowMs, 108, ended, ended, ended * 60_000L, 0, 0, 0, 1, true, 0));
    }
    assertThat(window.size()).isGreaterThanOrEqualTo(100);
  }

  /** A second in which attempts ended that had waited so long each, beside ones that run on. */
  private void second(long open, long ended, long waitMs) {
    nowMs += 1_000;
    window.take(
        new QueueSample(
            nowMs,
            open,
            ended,
            ended,
            ended * RUN_MS,
            ended,
            ended * waitMs,
            ended * (waitMs + RUN_MS),
            1,
            true,
            0));
  }

  @Test
  void attemptsThatRunForHoursDoNotCountAsWaiting() {
    for (int round = 0; round < 60; round++) {
      second(100, 10, 0);
    }
    assertThat(window.size()).isGreaterThan(SETTINGS.first());
  }

  @Test
  void whatThoseWaitedThatEndedCounts() {
    second(100, 50, 1_990);
    assertThat(window.size()).isLessThan(SETTINGS.first());
  }

  @Test
  void commandsThatHaveComeSinceCountBeforeAnyOfThemHasEnded() {
    second(10, 1_000, 0);
    second(10, 1_000, 0);
    int before = window.size();
    second(5_000, 1_000, 0); // 5 seconds of work more than a second ago
    assertThat(window.size()).isLessThan(before);
  }

  @Test
  void lagCountsOnlyWhereNothingIsKnownOfTheAttemptsThatEnded() {
    second(10, 1_000, 0);
    nowMs += 1_000;
    // Commits of workers stay behind the oldest command that runs: a long one makes a large lag.
    window.take(new QueueSample(nowMs, 10, 100, 100, 1_000, 100, 0, 1_000, 1, false, 60_000));
    assertThat(window.size()).isGreaterThanOrEqualTo(SETTINGS.first());
  }

  @Test
  void whileNothingEndsOneMoreIsLetThroughLessAndLessOften() {
    second(128, 1_000, 0);
    int open = 128;
    StringBuilder letThrough = new StringBuilder();
    for (int round = 0; round < 40; round++) {
      second(open, 0, 0);
      if (window.size() > open) {
        open++;
        letThrough.append(round + 1).append(' ');
      }
    }
    assertThat(letThrough.toString().strip()).isEqualTo("1 3 7 15 31");
  }

  @Test
  void workersThatTakeWhatIsLetThroughGetMoreAtOnce() {
    second(128, 1_000, 0);
    for (int round = 0; round < 40; round++) {
      second(100, 0, 0);
    }
    assertThat(window.size()).isLessThan(100);
    second(101, 1, 0);
    second(101, 1, 0);
    second(101, 1, 0);
    assertThat(window.size()).isGreaterThan(101);
  }

  @Test
  void boundsAreInOrder() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new WindowSettings(Duration.ofMillis(500), 16, 8, 10_000))
        .withMessage("windows from 16 over 8 to 10000: must be 1 or more, in this order");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new WindowSettings(Duration.ZERO, 1, 1, 1))
        .withMessage("target PT0S: must be above 0");
  }
}
