package dev.millrace.orchestrator.core.event;

import dev.millrace.orchestrator.core.state.ItemResult;
import dev.millrace.orchestrator.core.state.Payload;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An attempt, and so the step, succeeded.
 *
 * @param step the step
 * @param attempt which attempt
 * @param output what it returned
 * @param notTaken the steps that depend on it under a condition that does not hold
 * @param results what became of each item of a batch; empty for other steps
 */
public record StepSucceeded(
    int step,
    int attempt,
    @Nullable Payload output,
    List<Integer> notTaken,
    List<ItemResult> results)
    implements Event {
  public StepSucceeded {
    notTaken = List.copyOf(notTaken);
    results = List.copyOf(results);
  }

  /** The success of what is no batch. */
  public StepSucceeded(int step, int attempt, @Nullable Payload output, List<Integer> notTaken) {
    this(step, attempt, output, notTaken, List.of());
  }

  /** All conditions hold, or there are none. */
  public StepSucceeded(int step, int attempt, @Nullable Payload output) {
    this(step, attempt, output, List.of());
  }
}
