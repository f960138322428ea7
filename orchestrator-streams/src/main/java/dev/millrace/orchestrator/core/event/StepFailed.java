package dev.millrace.orchestrator.core.event;

import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Failure;

/**
 * An attempt, and so the step, failed for good.
 *
 * @param step the step
 * @param attempt which attempt; 0 when there was none
 * @param failure why
 * @param consequence what follows
 * @param routedTo the step that takes over, or {@link CompiledDefinition#NO_STEP}
 */
public record StepFailed(
    int step, int attempt, Failure failure, Consequence consequence, int routedTo)
    implements Event {

  /** What follows from the failure of a step. */
  public enum Consequence {
    /** The workflow fails. */
    FAIL,
    /** What depends on it goes on. */
    CONTINUE,
    /** Another step takes over. */
    ROUTE
  }

  /** A failure with which the workflow fails. */
  public StepFailed(int step, int attempt, Failure failure) {
    this(step, attempt, failure, Consequence.FAIL, CompiledDefinition.NO_STEP);
  }
}
