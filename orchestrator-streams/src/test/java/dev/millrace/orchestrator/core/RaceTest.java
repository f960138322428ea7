package dev.millrace.orchestrator.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Inputs that reach random workflows at one moment, in every order: one of those that exclude each
 * other wins, no invariant breaks, and those that lose change nothing. A failure names its seed;
 * other numbers of races with {@code -Dmillrace.races=N}, one of them with {@code
 * -Dmillrace.race=N}.
 */
class RaceTest {
  private static final int DEFAULT_RACES = 2_000;

  private final Map<WorkflowStatus, Integer> ends = new EnumMap<>(WorkflowStatus.class);

  @Test
  void oneInputWinsInWhateverOrderTheyAreRead() {
    Long one = Long.getLong("millrace.race");
    long first = one == null ? 1 : one;
    long last = one == null ? Integer.getInteger("millrace.races", DEFAULT_RACES) : one;
    for (long seed = first; seed <= last; seed++) {
      run(seed);
    }
    System.out.printf("%d races, orders by their end: %s%n", last - first + 1, ends);
    if (last - first + 1 >= DEFAULT_RACES) {
      assertThat(ends.keySet())
          .contains(
              WorkflowStatus.RUNNING,
              WorkflowStatus.SUCCEEDED,
              WorkflowStatus.FAILED,
              WorkflowStatus.CANCELLED,
              WorkflowStatus.TIMED_OUT);
    }
  }

  private void run(long seed) {
    try {
      new RandomRun(seed)
          .toARace()
          .run()
          .forEach((status, orders) -> ends.merge(status, orders, Integer::sum));
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          "race %d (run it alone with -Dmillrace.race=%d): %s"
              .formatted(seed, seed, e.getMessage()),
          e);
    }
  }
}
