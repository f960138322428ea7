package dev.millrace.orchestrator.core.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.definition.RetryPolicy;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BackOffTest {
  @Test
  void eachWaitIsTheOneBeforeTimesTheCoefficientUpToTheLongest() {
    RetryPolicy retry = policy(100, 2, 1_000, 0);

    assertThat(waits(retry, 6)).containsExactly(100L, 200L, 400L, 800L, 1_000L, 1_000L);
  }

  @Test
  void steepestPolicyDoesNotOverflowAtTheLastAttempt() {
    RetryPolicy retry = policy(3_600_000, 100, 86_400_000, 0);

    assertThat(waits(retry, 1_000)).endsWith(86_400_000L);
    assertThat(waits(policy(0, 100, 86_400_000, 1), 1_000)).containsOnly(1L);
  }

  @Test
  void longestThinkableIntervalStaysANumberOfMilliseconds() {
    RetryPolicy retry =
        new RetryPolicy(
            1_000,
            Duration.ofMillis(Long.MAX_VALUE),
            100,
            Duration.ofMillis(Long.MAX_VALUE),
            1,
            List.of());

    assertThat(waits(retry, 1_000)).allMatch(wait -> wait >= 1);
  }

  @Test
  void waitIsNeverShorterThanAMillisecond() {
    assertThat(waits(policy(0, 1, 1_000, 0), 3)).containsExactly(1L, 1L, 1L);
  }

  @Test
  void jitterMovesEveryWaitWithinItsBoundsAndUsesBothSides() {
    RetryPolicy retry = policy(10_000, 1, 10_000, 0.25);

    List<Long> waits = waits(retry, 1_000);

    assertThat(waits).allMatch(wait -> wait >= 7_500 && wait <= 12_500);
    assertThat(waits).anyMatch(wait -> wait < 7_600).anyMatch(wait -> wait > 12_400);
    assertThat(waits.stream().mapToLong(Long::longValue).average().orElseThrow())
        .isBetween(9_800.0, 10_200.0);
  }

  @Test
  void jitterIsTheSameEachTimeAndDiffersBetweenWorkflowsStepsAndAttempts() {
    RetryPolicy retry = policy(1_000_000, 1, 1_000_000, 1);

    assertThat(BackOff.delayMs(retry, "w-1", 3, 2)).isEqualTo(BackOff.delayMs(retry, "w-1", 3, 2));
    assertThat(
            LongStream.of(
                    BackOff.delayMs(retry, "w-1", 3, 2),
                    BackOff.delayMs(retry, "w-2", 3, 2),
                    BackOff.delayMs(retry, "w-1", 4, 2),
                    BackOff.delayMs(retry, "w-1", 3, 3))
                .distinct())
        .hasSize(4);
  }

  @Test
  void jitterOfAnAttemptIsTheSameInEveryVersion() {
    RetryPolicy retry = policy(1_000_000, 1, 1_000_000, 1);

    assertThat(
            List.of(
                BackOff.delayMs(retry, "w-1", 0, 1),
                BackOff.delayMs(retry, "w-1", 3, 2),
                BackOff.delayMs(retry, "w-2", 7, 9)))
        .containsExactly(1_906_858L, 1_093_005L, 1_109_278L);
  }

  private static RetryPolicy policy(
      long initialMs, double coefficient, long longestMs, double jitter) {
    return new RetryPolicy(
        1_000,
        Duration.ofMillis(initialMs),
        coefficient,
        Duration.ofMillis(longestMs),
        jitter,
        List.of());
  }

  private static List<Long> waits(RetryPolicy retry, int attempts) {
    return IntStream.rangeClosed(1, attempts)
        .mapToObj(attempt -> BackOff.delayMs(retry, "workflow", 0, attempt))
        .toList();
  }
}
