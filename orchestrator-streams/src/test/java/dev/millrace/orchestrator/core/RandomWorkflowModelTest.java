package dev.millrace.orchestrator.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.decide.Refusal;
import dev.millrace.orchestrator.core.event.AttemptFailed;
import dev.millrace.orchestrator.core.event.AttemptHeard;
import dev.millrace.orchestrator.core.event.ControlRefused;
import dev.millrace.orchestrator.core.event.PriorityChanged;
import dev.millrace.orchestrator.core.event.SignalReceived;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.StepHeld;
import dev.millrace.orchestrator.core.event.StepRepeated;
import dev.millrace.orchestrator.core.event.StepSkipped;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.StepSuspended;
import dev.millrace.orchestrator.core.event.StepsReset;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.event.WorkflowEnding;
import dev.millrace.orchestrator.core.event.WorkflowPaused;
import dev.millrace.orchestrator.core.event.WorkflowResumed;
import dev.millrace.orchestrator.core.event.WorkflowStarted;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Random workflows against a plain reference. A failure names its seed; run that one alone with
 * {@code -Dmillrace.seed=N}, or other numbers of seeds with {@code -Dmillrace.seeds=N}, or seeds
 * that were not tried before for {@code -Dmillrace.minutes=N}.
 */
class RandomWorkflowModelTest {
  private static final int DEFAULT_SEEDS = 10_000;

  /** What is refused before anything is decided on a workflow, or on a branch. */
  private static final EnumSet<Refusal> OF_THE_SHELL =
      EnumSet.of(
          Refusal.UNKNOWN_BRANCH,
          Refusal.ALREADY_APPLIED,
          Refusal.DEFINITION_MISSING,
          Refusal.DEFINITION_CHANGED);

  /** What no event tells by its kind alone. */
  private static final List<String> MORE_THAT_HAPPENS =
      List.of(
          "StepSucceeded CACHED",
          "CacheResult",
          "CancelAttempt",
          "StepHeld at the gate",
          "result expired",
          "WorkflowStarted again",
          "late report of a former workflow",
          "REJECT while RUNNING",
          "RETURN_EXISTING while RUNNING",
          "CANCEL_EXISTING while RUNNING",
          "ALLOW_AFTER_END while RUNNING",
          "REJECT while ENDED",
          "RETURN_EXISTING while ENDED",
          "CANCEL_EXISTING while ENDED",
          "ALLOW_AFTER_END while ENDED",
          "REJECT of one that waits",
          "RETURN_EXISTING of one that waits",
          "CANCEL_EXISTING of one that waits",
          "ALLOW_AFTER_END of one that waits");

  private final Map<WorkflowStatus, Integer> ended = new EnumMap<>(WorkflowStatus.class);
  private final Map<String, Long> events = new TreeMap<>();
  private long workflows;
  private long inputs;

  @Test
  void anyWorkflowDoesWhatTheReferenceDoesWhateverHappensToIt() {
    new Seeds("millrace.seed", DEFAULT_SEEDS).forEach(this::run);
    System.out.printf(
        "%d random workflows, %d inputs, ended %s, events %s%n", workflows, inputs, ended, events);
    if (workflows >= DEFAULT_SEEDS) {
      assertEverythingHappened();
    }
  }

  private void assertEverythingHappened() {
    assertThat(ended.keySet())
        .as("a run that never ends workflows in some way proves nothing about it")
        .contains(
            WorkflowStatus.SUCCEEDED,
            WorkflowStatus.FAILED,
            WorkflowStatus.CANCELLED,
            WorkflowStatus.TIMED_OUT,
            WorkflowStatus.TERMINATED);
    for (Class<?> kind :
        new Class<?>[] {
          WorkflowStarted.class,
          StepDispatched.class,
          StepSuspended.class,
          StepHeld.class,
          StepSkipped.class,
          StepRepeated.class,
          StepSucceeded.class,
          AttemptFailed.class,
          StepFailed.class,
          AttemptHeard.class,
          StepsReset.class,
          SignalReceived.class,
          WorkflowPaused.class,
          WorkflowResumed.class,
          PriorityChanged.class,
          ControlRefused.class,
          WorkflowEnding.class,
          WorkflowEnded.class
        }) {
      assertThat(events.getOrDefault(kind.getSimpleName(), 0L))
          .as("events of the kind %s in %d workflows", kind.getSimpleName(), workflows)
          .isGreaterThan(DEFAULT_SEEDS / 50);
    }
    for (String what : MORE_THAT_HAPPENS) {
      assertThat(events.getOrDefault(what, 0L))
          .as("how often there was '%s' in %d workflows", what, workflows)
          .isGreaterThan(DEFAULT_SEEDS / 100);
    }
    EnumSet<Refusal> refusals = EnumSet.allOf(Refusal.class);
    refusals.removeAll(OF_THE_SHELL);
    for (Refusal refusal : refusals) {
      assertThat(events.getOrDefault(refusal.code(), 0L))
          .as("inputs that were refused as %s in %d workflows", refusal.code(), workflows)
          .isPositive();
    }
  }

  private void run(long seed) {
    RandomRun run = new RandomRun(seed);
    run.toTheEnd().forEach(status -> ended.merge(status, 1, Integer::sum));
    inputs += run.inputs();
    workflows++;
    run.events().forEach((kind, count) -> events.merge(kind, count, Long::sum));
  }
}
