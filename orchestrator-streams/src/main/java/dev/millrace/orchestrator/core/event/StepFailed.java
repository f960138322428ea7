package dev.millrace.orchestrator.core.event;

import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.ItemResult;
import java.util.List;

/**
 * An attempt, and so the step, failed for good.
 *
 * @param step the step
 * @param attempt which attempt; 0 when there was none
 * @param failure why
 * @param consequence what follows
 * @param routedTo the step that takes over, or {@link CompiledDefinition#NO_STEP}
 * @param results what became of each item of a batch; empty for other steps
 */
public record StepFailed(
    int step,
    int attempt,
    Failure failure,
    Consequence consequence,
    int routedTo,
    List<ItemResult> results)
    implements Event {
  public StepFailed {
    results = List.copyOf(results);
  }

  /** What follows from the failure of a step. */
  public enum Consequence {
    /** The workflow fails. */
    FAIL,
    /** What depends on it goes on. */
    CONTINUE,
    /** Another step takes over. */
    ROUTE
  }

  /** The failure of what is no batch. */
  public StepFailed(int step, int attempt, Failure failure, Consequence consequence, int routedTo) {
    this(step, attempt, failure, consequence, routedTo, List.of());
  }

  /** A failure with which the workflow fails. */
  public StepFailed(int step, int attempt, Failure failure) {
    this(step, attempt, failure, Consequence.FAIL, CompiledDefinition.NO_STEP);
  }
}
