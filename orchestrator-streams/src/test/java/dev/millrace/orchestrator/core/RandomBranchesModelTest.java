package dev.millrace.orchestrator.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Random workflows with steps that run for each item of a list: whatever happens, each item gets
 * one result. A failure names its seed; run that one alone with {@code -Dmillrace.branches.seed=N},
 * other numbers of seeds with {@code -Dmillrace.branches.seeds=N}, or new ones for {@code
 * -Dmillrace.minutes=N}.
 */
class RandomBranchesModelTest {
  private static final int DEFAULT_SEEDS = 2_000;

  private final Map<WorkflowStatus, Integer> ended = new EnumMap<>(WorkflowStatus.class);
  private final Map<String, Long> counts = new TreeMap<>();
  private long workflows;
  private long inputs;

  @Test
  void everyItemGetsOneResultWhateverHappens() {
    new Seeds("millrace.branches.seed", DEFAULT_SEEDS).forEach(this::run);
    System.out.printf(
        "%d random workflows with branches, %d inputs, ended %s, counts %s%n",
        workflows, inputs, ended, counts);
    if (workflows >= DEFAULT_SEEDS) {
      assertThat(ended.keySet())
          .contains(WorkflowStatus.SUCCEEDED, WorkflowStatus.FAILED, WorkflowStatus.CANCELLED);
      for (String kind :
          List.of(
              "all succeeded",
              "some failed",
              "too many failed",
              "told again",
              "released",
              "large lists",
              "refused",
              "AttemptFailed",
              "AttemptHeard",
              "StepsReset",
              "StepSuspended",
              "children",
              "cancelled children",
              "affinities",
              Failure.AFFINITY,
              "WorkflowPaused",
              "millrace.timeout.start-to-close",
              "millrace.timeout.schedule-to-start",
              "millrace.timeout.schedule-to-close",
              "millrace.timeout.heartbeat")) {
        assertThat(counts.getOrDefault(kind, 0L)).as(kind).isGreaterThan(DEFAULT_SEEDS / 200);
      }
    }
  }

  private void run(long seed) {
    RandomForks run = new RandomForks(seed);
    ended.merge(run.toTheEnd(), 1, Integer::sum);
    inputs += run.inputs();
    workflows++;
    run.counts().forEach((kind, count) -> counts.merge(kind, count, Long::sum));
  }
}
