package dev.millrace.orchestrator.core.evolve;

import dev.millrace.orchestrator.core.graph.Adjacency;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Join;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What steps wait for, worked out from how all that they depend on has ended. */
final class Joins {
  private Joins() {}

  /** What a step waits for, in the words of {@link Join}. */
  static int of(CompiledDefinition definition, WorkflowView state, int step) {
    Adjacency dependencies = definition.dependencies();
    int join = definition.plan().joins()[step];
    int first = dependencies.start(step);
    for (int edge = first; edge < dependencies.end(step); edge++) {
      boolean isRoute = edge - first >= definition.step(step).dependencies();
      Join.End end = end(definition, state, dependencies.target(edge), step, isRoute);
      if (end != null && join != 0 && join != Join.MISSED) {
        join = Join.after(definition.step(step).join(), join, end);
      }
    }
    return join;
  }

  /** What the end of a step means to one that depends on it; null while it has not ended. */
  private static Join.@Nullable End end(
      CompiledDefinition definition,
      WorkflowView state,
      int dependency,
      int dependent,
      boolean isRoute) {
    return switch (state.stepStatus(dependency)) {
      case WAITING, OPEN, BACKING_OFF, READY, SUSPENDED -> null;
      case SKIPPED, ABANDONED -> Join.End.UNSATISFIED;
      case SUCCEEDED ->
          isRoute || turns(state, dependency, dependent)
              ? Join.End.UNSATISFIED
              : Join.End.SATISFIED;
      case FAILED -> {
        if (isRoute) {
          yield turns(state, dependency, dependent) ? Join.End.SATISFIED : Join.End.UNSATISFIED;
        }
        boolean isTolerated =
            state.turns(dependency).length == 0
                && !isConditional(definition, dependency, dependent);
        yield isTolerated ? Join.End.TOLERATED : Join.End.FAILED;
      }
    };
  }

  private static boolean turns(WorkflowView state, int dependency, int dependent) {
    return Arrays.stream(state.turns(dependency)).anyMatch(each -> each == dependent);
  }

  private static boolean isConditional(
      CompiledDefinition definition, int dependency, int dependent) {
    Adjacency dependents = definition.dependents();
    for (int edge = dependents.start(dependency); edge < dependents.end(dependency); edge++) {
      if (dependents.target(edge) == dependent && definition.edges().condition(edge) != null) {
        return true;
      }
    }
    return false;
  }
}
