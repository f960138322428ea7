package dev.millrace.orchestrator.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.decide.Chunk;
import dev.millrace.orchestrator.core.definition.DefinitionLimits;
import dev.millrace.orchestrator.core.effect.CancelAttempt;
import dev.millrace.orchestrator.core.effect.Effect;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.graph.CompiledAction;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.AttemptReported;
import dev.millrace.orchestrator.core.input.Input;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The attempts that workers run of a workflow, or of a chunk of its branches. Those that are let go
 * of must be cancelled, others must not.
 */
final class OpenAttempts {
  private final Map<String, Integer> attempts = new HashMap<>();

  /**
   * Those that are open by what is known.
   *
   * @param firstBranch of a chunk, the number of its first branch
   */
  OpenAttempts(CompiledDefinition definition, WorkflowView state, int firstBranch) {
    int steps = state.status().hasEnded() ? 0 : state.stepCount();
    for (int step = 0; step < steps; step++) {
      StepStatus status = state.stepStatus(step);
      boolean runsBranches =
          status == StepStatus.SUSPENDED
              && definition.step(step).action() instanceof CompiledAction.Work;
      if (status == StepStatus.OPEN || runsBranches) {
        int branch = definition.isOfBranches() ? firstBranch + step : CancelAttempt.NO_BRANCH;
        int attempt =
            runsBranches
                ? Chunk.formerAttempts(state.attempt(step)) + DefinitionLimits.ATTEMPTS
                : state.attempt(step);
        attempts.put(key(definition.step(step).id(), branch), attempt);
      }
    }
  }

  private static String key(String step, int branch) {
    return step + '/' + branch;
  }

  /**
   * Looks whether the right ones of these were cancelled by a decision.
   *
   * @param definition that after the decision
   */
  void check(
      OpenAttempts after,
      CompiledDefinition definition,
      Input input,
      List<Event> events,
      List<Effect> effects) {
    Map<String, Integer> left = new HashMap<>(attempts);
    left.entrySet().removeAll(after.attempts.entrySet());
    if (input instanceof AttemptReported report) {
      left.remove(key(report.stepId(), report.branch()), report.attempt());
    }
    for (Event event : events) {
      if (event instanceof StepSucceeded done && done.source() == StepSucceeded.Source.ATTEMPT) {
        left.remove(key(definition.step(done.step()).id(), CancelAttempt.NO_BRANCH));
      }
    }
    Set<String> others = new HashSet<>();
    for (Effect effect : effects) {
      if (effect instanceof CancelAttempt cancel) {
        String key = key(definition.step(cancel.step()).id(), cancel.branch());
        if (!left.remove(key, cancel.attempt())) {
          others.add(key + '/' + cancel.attempt());
        }
      }
    }
    assertThat(left).as("attempts that %s lets go of, not cancelled", input).isEmpty();
    attempts.forEach((key, attempt) -> assertThat(others).doesNotContain(key + '/' + attempt));
    after.attempts.forEach(
        (key, attempt) -> assertThat(others).doesNotContain(key + '/' + attempt));
  }
}
