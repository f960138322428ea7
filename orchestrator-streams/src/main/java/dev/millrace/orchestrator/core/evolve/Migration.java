package dev.millrace.orchestrator.core.evolve;

import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.CompiledStep.Group;
import dev.millrace.orchestrator.core.graph.StepMapping;
import dev.millrace.orchestrator.core.state.Plan;
import dev.millrace.orchestrator.core.state.WorkflowState;
import java.util.Arrays;
import java.util.List;

/** Brings the state of a workflow from one definition to another. */
final class Migration {
  private Migration() {}

  static void evolve(
      CompiledDefinition definition, WorkflowState state, CompiledDefinition target) {
    StepMapping mapping = new StepMapping(definition, target);
    int[] joins = MigratedJoins.of(mapping, state);
    Plan plan = target.plan();
    state.migrate(
        new Plan(plan.definition(), plan.version(), plan.fingerprint(), joins), mapping.former());
    int finished = 0;
    for (int step = 0; step < target.stepCount(); step++) {
      int old = mapping.former(step);
      if (target.step(step).group() != Group.COMPENSATION) {
        finished += state.stepStatus(step).isFinal() ? 1 : 0;
      }
      if (old != CompiledDefinition.NO_STEP
          && definition.step(old).cache() != null
          && target.step(step).cache() == null) {
        state.setResultKey(step, null);
      }
      forgetTurns(mapping, state, step);
    }
    state.setFinishedSteps(finished);
  }

  /** What the end of a step meant to one with another way to it now, it means no more. */
  private static void forgetTurns(StepMapping mapping, WorkflowState state, int step) {
    int[] turns = state.turns(step);
    List<Integer> left = Arrays.stream(turns).filter(mapping::hasSameWay).boxed().toList();
    if (left.size() < turns.length) {
      state.setTurns(step, left);
    }
  }
}
