package dev.millrace.orchestrator.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Inputs that reach random workflows at one moment, in every order: one of those that exclude each
 * other wins, no invariant breaks, and those that lose change nothing. A failure names its seed;
 * other numbers of races with {@code -Dmillrace.races=N}, one of them with {@code
 * -Dmillrace.race=N}.
 */
class RaceTest {
  private static final int DEFAULT_RACES = 2_000;
  private static final Set<String> KINDS =
      Set.of(
          "Cancel",
          "Terminate",
          "Pause",
          "Resume",
          "RetryStep",
          "Rerun",
          "ResolveStep",
          "SkipStep",
          "SetPriority",
          "Signal",
          "TimerFired",
          "AttemptRunning",
          "AttemptReported");

  private final Map<WorkflowStatus, Integer> ends = new EnumMap<>(WorkflowStatus.class);
  private final Map<String, Integer> winners = new TreeMap<>();
  private final Map<String, Integer> losers = new TreeMap<>();

  @Test
  void oneInputWinsInWhateverOrderTheyAreRead() {
    Long one = Long.getLong("millrace.race");
    long first = one == null ? 1 : one;
    long last = one == null ? Integer.getInteger("millrace.races", DEFAULT_RACES) : one;
    for (long seed = first; seed <= last; seed++) {
      run(seed);
    }
    System.out.printf(
        "%d races, orders by their end: %s, taken %s, refused %s%n",
        last - first + 1, ends, winners, losers);
    if (last - first + 1 >= DEFAULT_RACES) {
      assertThat(ends.keySet())
          .contains(
              WorkflowStatus.RUNNING,
              WorkflowStatus.SUCCEEDED,
              WorkflowStatus.FAILED,
              WorkflowStatus.CANCELLED,
              WorkflowStatus.TIMED_OUT,
              WorkflowStatus.TERMINATED);
      assertThat(winners.keySet()).as("kinds that win").containsAll(KINDS);
      assertThat(losers.keySet()).as("kinds that lose").containsAll(KINDS);
    }
  }

  private void run(long seed) {
    try {
      Race race = new RandomRun(seed).toARace();
      race.run().forEach((status, orders) -> ends.merge(status, orders, Integer::sum));
      race.winners().forEach((kind, times) -> winners.merge(kind, times, Integer::sum));
      race.losers().forEach((kind, times) -> losers.merge(kind, times, Integer::sum));
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          "race %d (run it alone with -Dmillrace.race=%d): %s"
              .formatted(seed, seed, e.getMessage()),
          e);
    }
  }
}
