package dev.millrace.orchestrator.core.invariant;

import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.graph.Adjacency;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.StepMapping;
import dev.millrace.orchestrator.core.state.StepStatus;

/** How each edge between steps has ended, so that it can be as if it had not. Not thread-safe. */
final class EdgeAccount {
  private static final byte ENDED = 1;
  private static final byte SATISFIED = 2;
  private static final byte OF_FAILURE = 4;

  private final CompiledDefinition definition;
  private final Adjacency dependents;
  private final StepAccount[] steps;
  private final byte[] ends;

  EdgeAccount(CompiledDefinition definition, StepAccount[] steps) {
    this.definition = definition;
    this.dependents = definition.dependents();
    this.steps = steps;
    this.ends = new byte[dependents.size()];
  }

  /** A step has been skipped. */
  void skipped(int step) {
    for (int edge = dependents.start(step); edge < dependents.end(step); edge++) {
      end(edge, false, false);
    }
  }

  /**
   * A step has succeeded.
   *
   * @return how many edges with a condition lead to steps that the event says it does not lead to
   */
  int succeeded(StepSucceeded success) {
    int notTaken = 0;
    int step = success.step();
    for (int edge = dependents.start(step); edge < dependents.end(step); edge++) {
      boolean isRefused =
          definition.edges().condition(edge) != null
              && success.notTaken().contains(dependents.target(edge));
      notTaken += isRefused ? 1 : 0;
      end(edge, !isRefused && !definition.edges().isRoute(edge), false);
    }
    return notTaken;
  }

  /** A step has failed for good. */
  void failed(StepFailed failed) {
    boolean continues = failed.consequence() == StepFailed.Consequence.CONTINUE;
    int step = failed.step();
    for (int edge = dependents.start(step); edge < dependents.end(step); edge++) {
      if (definition.edges().isRoute(edge)) {
        end(edge, dependents.target(edge) == failed.routedTo(), false);
      } else {
        end(edge, continues && definition.edges().condition(edge) == null, true);
      }
    }
  }

  private void end(int edge, boolean isSatisfied, boolean isOfFailure) {
    ends[edge] = (byte) (ENDED | (isSatisfied ? SATISFIED : 0) | (isOfFailure ? OF_FAILURE : 0));
    steps[dependents.target(edge)].edgeEnded(isSatisfied, isOfFailure);
  }

  /**
   * The account of the same workflow with another version of its definition. Edges to a step with
   * the same way to it have ended as they had; others as the steps that they come from.
   */
  EdgeAccount migrated(StepMapping mapping, StepAccount[] later) {
    CompiledDefinition after = mapping.after();
    EdgeAccount account = new EdgeAccount(after, later);
    for (int step = 0; step < after.stepCount(); step++) {
      int old = mapping.former(step);
      int first = after.dependents().start(step);
      int end = old == CompiledDefinition.NO_STEP ? first : after.dependents().end(step);
      for (int edge = first; edge < end; edge++) {
        int target = after.dependents().target(edge);
        boolean isRoute = after.edges().isRoute(edge);
        if (mapping.hasSameWay(target)) {
          byte former = ends[edge(old, mapping.former(target), isRoute)];
          if (former != 0) {
            account.end(edge, (former & SATISFIED) != 0, (former & OF_FAILURE) != 0);
          }
        } else if (steps[old].status().isFinal()) {
          boolean hasSucceeded = !isRoute && steps[old].status() == StepStatus.SUCCEEDED;
          boolean hasFailed = !isRoute && steps[old].status() == StepStatus.FAILED;
          boolean isTolerated = hasFailed && after.edges().condition(edge) == null;
          account.end(edge, hasSucceeded || isTolerated, hasFailed);
        }
      }
    }
    return account;
  }

  private int edge(int step, int target, boolean isRoute) {
    for (int edge = dependents.start(step); edge < dependents.end(step); edge++) {
      if (dependents.target(edge) == target && definition.edges().isRoute(edge) == isRoute) {
        return edge;
      }
    }
    throw new IllegalStateException("no edge from step %d to step %d".formatted(step, target));
  }

  /** No edge from a step has ended. */
  void reopenFrom(int step) {
    for (int edge = dependents.start(step); edge < dependents.end(step); edge++) {
      if (ends[edge] != 0) {
        steps[dependents.target(edge)].edgeReopened(
            (ends[edge] & SATISFIED) != 0, (ends[edge] & OF_FAILURE) != 0);
        ends[edge] = 0;
      }
    }
  }
}
