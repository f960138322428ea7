package dev.millrace.orchestrator.core.invariant;

import dev.millrace.orchestrator.core.graph.Adjacency;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;

/** How each edge between steps has ended, so that it can be as if it had not. Not thread-safe. */
final class EdgeAccount {
  private static final byte ENDED = 1;
  private static final byte SATISFIED = 2;
  private static final byte OF_FAILURE = 4;

  private final Adjacency dependents;
  private final StepAccount[] steps;
  private final byte[] ends;

  EdgeAccount(CompiledDefinition definition, StepAccount[] steps) {
    this.dependents = definition.dependents();
    this.steps = steps;
    this.ends = new byte[dependents.size()];
  }

  /** An edge to a step has ended. */
  void end(int edge, boolean isSatisfied, boolean isOfFailure) {
    ends[edge] = (byte) (ENDED | (isSatisfied ? SATISFIED : 0) | (isOfFailure ? OF_FAILURE : 0));
    steps[dependents.target(edge)].edgeEnded(isSatisfied, isOfFailure);
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
