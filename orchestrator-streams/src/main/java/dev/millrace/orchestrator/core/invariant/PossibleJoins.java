package dev.millrace.orchestrator.core.invariant;

import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.JoinRule;
import dev.millrace.orchestrator.core.graph.Adjacency;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.CompiledStep;
import dev.millrace.orchestrator.core.state.Join;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the steps of a running workflow can be waiting for, by the statuses of those that they
 * depend on: one number where no condition and no rule for failures leaves a doubt. Counts anew and
 * shares no arithmetic with {@link Join}. Stateless.
 */
final class PossibleJoins {
  private final CompiledDefinition definition;
  private final WorkflowView workflow;

  PossibleJoins(CompiledDefinition definition, WorkflowView workflow) {
    this.definition = definition;
    this.workflow = workflow;
  }

  /** How the edges to one step ended, as far as can be told. */
  private static final class Count {
    int pending;
    int satisfied;
    int unsatisfied;

    /** Satisfied all the same. */
    int tolerated;

    /** Not satisfied. */
    int failed;

    /** Satisfied or not. */
    int conditional;

    /** Tolerated, or failed: the rules of the step have either. */
    int toleratedOrFailed;

    /** Routes from a step that failed: satisfied or not. */
    int routes;
  }

  /** The numbers that a step may have, in the words of {@link Join}. */
  Set<Integer> of(int step) {
    Count count = count(step);
    JoinRule rule = definition.step(step).join();
    int edges = definition.dependencies().degree(step);
    Set<Integer> possible = new TreeSet<>();
    int doubtful = count.conditional + count.routes;
    for (int satisfied = 0; satisfied <= doubtful; satisfied++) {
      for (int tolerated = 0; tolerated <= count.toleratedOrFailed; tolerated++) {
        Count each = new Count();
        each.pending = count.pending;
        each.satisfied = count.satisfied + satisfied;
        each.unsatisfied = count.unsatisfied + doubtful - satisfied;
        each.tolerated = count.tolerated + tolerated;
        each.failed = count.failed + count.toleratedOrFailed - tolerated;
        possible.add(join(rule, edges, each));
      }
    }
    return possible;
  }

  private Count count(int step) {
    Count count = new Count();
    Adjacency dependencies = definition.dependencies();
    int first = dependencies.start(step);
    for (int edge = first; edge < dependencies.end(step); edge++) {
      int from = dependencies.target(edge);
      boolean isRoute = edge - first >= definition.step(step).dependencies();
      switch (workflow.stepStatus(from)) {
        case WAITING, OPEN, BACKING_OFF, READY, SUSPENDED -> count.pending++;
        case SUCCEEDED -> {
          if (isRoute) {
            count.unsatisfied++;
          } else if (isConditional(from, step)) {
            count.conditional++;
          } else {
            count.satisfied++;
          }
        }
        case FAILED -> countFailed(count, from, step, isRoute);
        case SKIPPED, ABANDONED -> count.unsatisfied++;
      }
    }
    return count;
  }

  private void countFailed(Count count, int from, int to, boolean isRoute) {
    CompiledStep failed = definition.step(from);
    boolean mayContinue = false;
    boolean mayDiffer = failed.group() != CompiledStep.Group.MAIN;
    for (FailureRule rule : failed.onFailure()) {
      mayContinue |= rule.reaction() instanceof FailureRule.Reaction.GoOn;
      mayDiffer |= rule.reaction() instanceof FailureRule.Reaction.Route;
    }
    if (isRoute) {
      count.routes++;
    } else if (!mayContinue || isConditional(from, to)) {
      count.failed++;
    } else if (mayDiffer) {
      count.toleratedOrFailed++;
    } else {
      count.tolerated++;
    }
  }

  private boolean isConditional(int from, int to) {
    Adjacency dependents = definition.dependents();
    for (int edge = dependents.start(from); edge < dependents.end(from); edge++) {
      if (dependents.target(edge) == to && definition.edges().condition(edge) != null) {
        return true;
      }
    }
    return false;
  }

  private static int join(JoinRule rule, int edges, Count count) {
    int good = count.satisfied + count.tolerated;
    int bad = count.unsatisfied + count.failed;
    if (edges == 0) {
      return 0;
    }
    return switch (rule.kind()) {
      case ALL -> bad > 0 ? Join.MISSED : count.pending;
      case ALL_DONE -> count.pending;
      case NONE_FAILED -> count.tolerated + count.failed > 0 ? Join.MISSED : count.pending;
      case ANY -> {
        if (good > 0) {
          yield 0;
        }
        yield count.pending == 0 ? Join.MISSED : count.pending;
      }
      case AT_LEAST -> {
        int bears = edges - rule.atLeast() + 1 - bad;
        if (good >= rule.atLeast()) {
          yield 0;
        }
        yield bears <= 0 ? Join.MISSED : ((rule.atLeast() - good) << 8) | bears;
      }
    };
  }
}
