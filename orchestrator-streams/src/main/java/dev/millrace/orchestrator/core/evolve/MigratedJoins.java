package dev.millrace.orchestrator.core.evolve;

import dev.millrace.orchestrator.core.graph.Adjacency;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.StepMapping;
import dev.millrace.orchestrator.core.state.Join;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import org.jspecify.annotations.Nullable;

/**
 * What steps wait for after a migration. A step with the same way to it waits for the same; what
 * others wait for is worked out from how the steps before them have ended. That is sound only of
 * migrations that were found to be: how conditional edges and failures were taken is not known any
 * more.
 */
final class MigratedJoins {
  private MigratedJoins() {}

  /** What each step of the later definition waits for, in the words of {@link Join}. */
  static int[] of(StepMapping mapping, WorkflowView state) {
    int[] joins = mapping.after().plan().joins().clone();
    for (int step = 0; step < joins.length; step++) {
      int old = mapping.former(step);
      boolean waits =
          old != CompiledDefinition.NO_STEP && state.stepStatus(old) == StepStatus.WAITING;
      joins[step] =
          waits && mapping.hasSameWay(step)
              ? state.join(old)
              : workedOut(mapping, state, step, joins[step]);
    }
    return joins;
  }

  private static int workedOut(StepMapping mapping, WorkflowView state, int step, int initial) {
    int join = initial;
    Adjacency dependencies = mapping.after().dependencies();
    int first = dependencies.start(step);
    for (int edge = first; edge < dependencies.end(step); edge++) {
      boolean isRoute = edge - first >= mapping.after().step(step).dependencies();
      int dependency = dependencies.target(edge);
      int old = mapping.former(dependency);
      Join.End end =
          old == CompiledDefinition.NO_STEP
              ? null
              : end(state.stepStatus(old), isRoute, mapping.isConditional(dependency, step));
      if (end != null && join != 0 && join != Join.MISSED) {
        join = Join.after(mapping.after().step(step).join(), join, end);
      }
    }
    return join;
  }

  private static Join.@Nullable End end(StepStatus status, boolean isRoute, boolean isConditional) {
    return switch (status) {
      case WAITING, OPEN, BACKING_OFF, READY, SUSPENDED -> null;
      case SKIPPED, ABANDONED -> Join.End.UNSATISFIED;
      case SUCCEEDED -> isRoute ? Join.End.UNSATISFIED : Join.End.SATISFIED;
      case FAILED -> {
        if (isRoute) {
          yield Join.End.UNSATISFIED;
        }
        yield isConditional ? Join.End.FAILED : Join.End.TOLERATED;
      }
    };
  }
}
