package dev.millrace.orchestrator.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Random workflows against a plain reference. A failure names its seed; run that one alone with
 * {@code -Dmillrace.seed=N}, or other numbers of seeds with {@code -Dmillrace.seeds=N}.
 */
class RandomWorkflowModelTest {
  private static final int DEFAULT_SEEDS = 10_000;

  private final Map<WorkflowStatus, Integer> ended = new EnumMap<>(WorkflowStatus.class);
  private long inputs;

  @Test
  void anyWorkflowDoesWhatTheReferenceDoesWhateverHappensToIt() {
    Long one = Long.getLong("millrace.seed");
    if (one != null) {
      run(one);
      return;
    }
    int seeds = Integer.getInteger("millrace.seeds", DEFAULT_SEEDS);
    for (long seed = 1; seed <= seeds; seed++) {
      run(seed);
    }
    System.out.printf("%d random workflows, %d inputs, ended %s%n", seeds, inputs, ended);
    if (seeds >= DEFAULT_SEEDS) {
      assertThat(ended.keySet())
          .as("a run that never ends workflows in some way proves nothing about it")
          .containsExactlyInAnyOrder(
              WorkflowStatus.SUCCEEDED,
              WorkflowStatus.FAILED,
              WorkflowStatus.CANCELLED,
              WorkflowStatus.TIMED_OUT);
    }
  }

  private void run(long seed) {
    try {
      RandomRun run = new RandomRun(seed);
      ended.merge(run.toTheEnd(), 1, Integer::sum);
      inputs += run.inputs();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          "seed %d (run it alone with -Dmillrace.seed=%d): %s"
              .formatted(seed, seed, e.getMessage()),
          e);
    }
  }
}
