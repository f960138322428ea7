package dev.millrace.orchestrator.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.QueueSettings.Breaker;
import org.junit.jupiter.api.Test;

/** Failures that hold back what would follow them. */
class QueueBreakerTest {
  private final QueueBreaker breaker = new QueueBreaker(new Breaker(50, 10, 4, 1_000, 2));

  private void end(int failures, int successes, long nowMs) {
    for (int i = 0; i < failures; i++) {
      breaker.ended(true, nowMs);
    }
    for (int i = 0; i < successes; i++) {
      breaker.ended(false, nowMs);
    }
  }

  @Test
  void fewerThanTheLeastCallsNeverOpenIt() {
    end(3, 0, 0);

    assertThat(breaker.holds(0, 0)).isFalse();
    assertThat(breaker.isOpen()).isFalse();
  }

  @Test
  void halfOfTheLastAttemptsFailingOpensItAndLessDoesNot() {
    end(0, 6, 0);
    end(4, 0, 0);
    assertThat(breaker.holds(0, 0)).isFalse();

    end(1, 0, 0);

    assertThat(breaker.holds(0, 0)).isTrue();
  }

  @Test
  void trialsThatSucceedCloseIt() {
    end(4, 0, 0);
    assertThat(breaker.holds(0, 999)).isTrue();

    assertThat(breaker.holds(0, 1_000)).isFalse();
    breaker.sent();
    assertThat(breaker.holds(1, 1_000)).isFalse();
    breaker.sent();
    assertThat(breaker.holds(2, 1_000)).as("two are on trial").isTrue();
    assertThat(breaker.isOpen()).isTrue();
    end(0, 2, 1_500);

    assertThat(breaker.holds(0, 1_500)).isFalse();
    assertThat(breaker.isOpen()).isFalse();
  }

  @Test
  void trialsThatFailOpenItAgainForAsLong() {
    end(4, 0, 0);
    assertThat(breaker.holds(0, 1_000)).isFalse();
    breaker.sent();
    breaker.sent();
    end(2, 0, 1_200);

    assertThat(breaker.holds(0, 2_199)).isTrue();
    assertThat(breaker.holds(0, 2_200)).isFalse();
  }

  @Test
  void leastCallsDecideWhereTheyAreFewerThanTheTrials() {
    QueueBreaker early = new QueueBreaker(new Breaker(50, 10, 2, 1_000, 5));
    early.ended(true, 0);
    early.ended(true, 0);
    assertThat(early.holds(0, 1_000)).isFalse();
    for (int trial = 0; trial < 5; trial++) {
      early.sent();
    }
    early.ended(false, 1_100);
    assertThat(early.isOpen()).isTrue();

    early.ended(false, 1_100);

    assertThat(early.isOpen()).isFalse();
  }

  @Test
  void trialThatEndsUnjudgedMakesRoomForAnotherBesideALongAttempt() {
    end(4, 0, 0);
    assertThat(breaker.holds(1, 1_000)).isFalse();
    breaker.sent();
    breaker.sent();
    assertThat(breaker.holds(3, 1_000)).isTrue();

    breaker.closed(1);
    breaker.ended(false, 1_100);
    assertThat(breaker.holds(2, 1_100)).as("one is judged, one is out").isTrue();
    breaker.closed(1);

    assertThat(breaker.holds(1, 1_200)).as("it was cancelled").isFalse();
    breaker.sent();
    assertThat(breaker.holds(2, 1_200)).isTrue();
    breaker.closed(1);
    breaker.ended(false, 1_300);
    assertThat(breaker.isOpen()).isFalse();
  }

  @Test
  void trialsOfWhichNothingIsHeardAreTriedAgain() {
    end(4, 0, 0);
    assertThat(breaker.holds(0, 1_000)).isFalse();
    breaker.sent();
    breaker.sent();
    assertThat(breaker.holds(2, 1_000)).isTrue();

    assertThat(breaker.holds(0, 1_000)).as("they were cancelled").isFalse();
  }
}
