package dev.millrace.orchestrator.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.QueueSettings;
import dev.millrace.schemas.QueueSettings.Rate;
import dev.millrace.schemas.QueueTarget;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The share of an engine in a limit, and how its tasks share it. */
class PermitsTest {
  private static final QueueTarget QUEUE = QueueTarget.of("queue");
  private static final int TICK_MS = 20;

  private final QueueLimits limits = new QueueLimits();

  private Permits rate(double perSecond, int burst, int allPartitions, int... own) {
    begin(allPartitions, own);
    limits.set(QUEUE, QueueSettings.NONE.withRate(new Rate(perSecond, burst)));
    return Objects.requireNonNull(limits.rate(QUEUE));
  }

  private Permits open(int most, int allPartitions, int... own) {
    begin(allPartitions, own);
    limits.set(QUEUE, QueueSettings.NONE.withMostOpen(most));
    return Objects.requireNonNull(limits.open(QUEUE));
  }

  private void begin(int allPartitions, int... own) {
    limits.setPartitions(allPartitions);
    for (int partition : own) {
      limits.join(partition);
    }
  }

  /** Lets a task send as much as it may, up to a number. */
  private static int send(Permits permits, int task, int wanted, long nowMs) {
    permits.look(task, wanted > 0, nowMs);
    int sent = 0;
    while (sent < wanted && permits.take(task, nowMs)) {
      permits.sent(task);
      sent++;
    }
    return sent;
  }

  @Test
  void rateGivesNoMoreThanTheBurstAndWhatComesInTheTime() {
    Permits permits = rate(100, 10, 1, 0);
    int sent = 0;
    for (int nowMs = 0; nowMs <= 10_000; nowMs += TICK_MS) {
      sent += send(permits, 0, 1_000, nowMs);
      assertThat(sent).isEqualTo(10 + nowMs / 10);
    }
  }

  @Test
  void rateBelowOneInATickGivesEachWhenItIsDue() {
    Permits permits = rate(0.5, 1, 1, 0);

    assertThat(send(permits, 0, 9, 0)).isEqualTo(1);
    assertThat(send(permits, 0, 9, 1_980)).isZero();
    assertThat(send(permits, 0, 9, 2_000)).isEqualTo(1);
    assertThat(send(permits, 0, 9, 3_980)).isZero();
    assertThat(send(permits, 0, 9, 4_000)).isEqualTo(1);
  }

  @Test
  void taskThatWaitsAloneGetsTheWholeRateOfItsEngine() {
    Permits permits = rate(120, 12, 12, 0, 1, 2, 3, 4, 5);
    int sent = 0;
    for (int nowMs = 0; nowMs <= 10_000; nowMs += TICK_MS) {
      for (int task = 0; task < 6; task++) {
        sent += send(permits, task, task == 4 ? 1_000 : 0, nowMs);
      }
    }
    assertThat(sent).as("half of the partitions, half of the rate").isEqualTo(6 + 600);
  }

  @Test
  void tasksThatWaitShareARateEquallyWhicheverLooksFirst() {
    Permits permits = rate(100, 10, 3, 0, 1, 2);
    int[] sent = new int[3];
    for (int nowMs = 0; nowMs <= 10_000; nowMs += TICK_MS) {
      sent[0] += send(permits, 0, 1_000, nowMs);
      sent[1] += send(permits, 1, 1_000, nowMs);
      sent[2] += send(permits, 2, 1, nowMs);
    }
    assertThat(sent[0] + sent[1] + sent[2]).isBetween(1_000, 1_010);
    for (int each : sent) {
      assertThat(each).isBetween(320, 350);
    }
  }

  @Test
  void taskThatIsAwayDoesNotKeepPermitsFromTheOthers() {
    Permits permits = rate(10, 2, 2, 0, 1);
    permits.take(0, 0);
    permits.take(1, 0);
    int sent = 0;
    for (int nowMs = 0; nowMs <= 12_000; nowMs += TICK_MS) {
      sent += send(permits, 0, 1_000, nowMs);
    }
    assertThat(sent).isGreaterThanOrEqualTo(100);
  }

  @Test
  void sharesOfAllEnginesAreTheLimitTogether() {
    int together = 0;
    for (int[] own : new int[][] {{0, 3, 6}, {1, 4, 7, 9}, {2, 5, 8, 10, 11}}) {
      QueueLimits engine = new QueueLimits();
      engine.setPartitions(12);
      for (int partition : own) {
        engine.join(partition);
      }
      engine.set(QUEUE, QueueSettings.NONE.withMostOpen(31));
      together += fill(Objects.requireNonNull(engine.open(QUEUE)), own[0]);
    }
    assertThat(together).isEqualTo(31);
  }

  /** Opens as many attempts in a task as may be. */
  private static int fill(Permits permits, int task) {
    int open = 0;
    while (permits.take(task, 0)) {
      permits.open(task, ++open);
      permits.sent(task);
    }
    return open;
  }

  @Test
  void shareBelowOneLetsOneAttemptBeOpen() {
    Permits permits = open(2, 12, 0);

    assertThat(permits.take(0, 0)).isTrue();
    permits.open(0, 1);
    permits.sent(0);
    assertThat(permits.take(0, 0)).isFalse();
    permits.open(0, 0);
    assertThat(permits.take(0, 0)).isTrue();
  }

  @Test
  void partitionThatMovesTakesItsShareWithIt() {
    Permits permits = open(12, 12, 0, 1, 2, 3);
    int open = fill(permits, 0);
    assertThat(open).isEqualTo(4);

    limits.leave(3);
    permits.open(0, --open);
    assertThat(permits.take(0, 0)).isFalse();
    limits.join(3);
    limits.join(7);
    assertThat(permits.take(0, 0)).isTrue();
  }

  @Test
  void freedAttemptsGoToTheTaskThatHasFewest() {
    Permits permits = open(4, 2, 0, 1);
    assertThat(fill(permits, 0)).isEqualTo(4);
    assertThat(permits.take(1, 0)).as("it waits").isFalse();

    permits.open(0, 3);
    assertThat(permits.take(0, 0)).as("the other one has none").isFalse();
    assertThat(permits.take(1, 0)).isTrue();
    permits.open(1, 1);
    permits.sent(1);
    permits.open(0, 2);
    assertThat(permits.take(0, 0)).isFalse();
    assertThat(permits.take(1, 0)).isTrue();
  }

  @Test
  void tasksTakeTurnsWhereFewerMayBeOpenThanThereAreTasks() {
    Permits permits = open(2, 4, 0, 1, 2, 3);
    int[] sent = new int[4];
    int[] open = new int[4];
    for (int nowMs = 0; nowMs < 400 * TICK_MS; nowMs += TICK_MS) {
      for (int task = 0; task < 4; task++) {
        permits.look(task, true, nowMs);
        open[task] = 0;
        permits.open(task, 0);
        while (permits.take(task, nowMs)) {
          permits.open(task, ++open[task]);
          permits.sent(task);
          sent[task]++;
        }
      }
    }
    for (int each : sent) {
      assertThat(each).isGreaterThan(80);
    }
  }

  @Test
  void taskThatHasNotAskedSinceItLookedGivesBackWhatIsInItsHand() {
    Permits permits = rate(100, 1, 2, 0, 1);
    assertThat(permits.take(0, 0)).isTrue();
    permits.look(0, true, 0);
    assertThat(permits.take(1, 0)).as("it has asked, and has it").isFalse();

    permits.look(0, true, 20);

    assertThat(permits.take(1, 20)).isTrue();
  }

  @Test
  void rateIsKeptThoughTheTimesOfTasksDiffer() {
    Permits permits = rate(100, 10, 2, 0, 1);
    int sent = 0;
    for (int nowMs = 1_000; nowMs <= 11_000; nowMs += TICK_MS) {
      sent += send(permits, 0, 1_000, nowMs);
      sent += send(permits, 1, 1_000, nowMs - 150);
    }
    assertThat(sent).isBetween(1_000, 1_010);
  }

  @Test
  void clockThatIsSetBackStopsNothingForLong() {
    Permits permits = rate(100, 10, 1, 0);
    assertThat(send(permits, 0, 1_000, 3_600_000)).isEqualTo(10);

    assertThat(send(permits, 0, 1_000, 0)).as("no time has passed").isZero();
    assertThat(send(permits, 0, 1_000, 50)).isEqualTo(5);
  }

  @Test
  void settingsThatComeTwiceGiveNothingTwice() {
    Permits permits = rate(1, 3, 1, 0);
    assertThat(send(permits, 0, 9, 0)).isEqualTo(3);

    limits.set(QUEUE, QueueSettings.NONE.withRate(new Rate(1, 3)));

    assertThat(limits.rate(QUEUE)).isSameAs(permits);
    assertThat(send(permits, 0, 9, 0)).isZero();
    assertThat(send(permits, 0, 9, 1_000)).isEqualTo(1);
  }

  @Test
  void moreTargetsThanTheMostAreRefused() {
    for (int i = 0; i < QueueLimits.TARGETS_MAX; i++) {
      assertThat(limits.set(QueueTarget.of("q" + i), QueueSettings.NONE.withMostOpen(1))).isTrue();
    }
    assertThat(limits.set(QUEUE, QueueSettings.NONE.withMostOpen(1))).isFalse();
    assertThat(limits.set(QueueTarget.of("q1"), QueueSettings.NONE.withMostOpen(2))).isTrue();
    limits.set(QueueTarget.of("q0"), QueueSettings.NONE);
    assertThat(limits.set(QUEUE, QueueSettings.NONE.withMostOpen(1))).isTrue();
  }
}
