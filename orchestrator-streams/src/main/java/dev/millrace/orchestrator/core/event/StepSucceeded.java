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
 * @param source where the output comes from
 * @param results what became of each item of a batch; empty for other steps
 */
public record StepSucceeded(
    int step,
    int attempt,
    @Nullable Payload output,
    List<Integer> notTaken,
    Source source,
    List<ItemResult> results)
    implements Event {
  /** Where the output of a step comes from. */
  public enum Source {
    /** The step's own attempt. */
    ATTEMPT,
    /** Somebody said so; an attempt that was open is fenced. */
    BY_HAND,
    /** The oldest signal that was kept for the step; it is kept no longer. */
    KEPT_SIGNAL,
    /** A result that was kept; the step did not run. */
    CACHED
  }

  public StepSucceeded {
    notTaken = List.copyOf(notTaken);
    results = List.copyOf(results);
  }

  /** The success of what is no batch. */
  public StepSucceeded(
      int step, int attempt, @Nullable Payload output, List<Integer> notTaken, Source source) {
    this(step, attempt, output, notTaken, source, List.of());
  }

  /** The attempt's own output. */
  public StepSucceeded(int step, int attempt, @Nullable Payload output, List<Integer> notTaken) {
    this(step, attempt, output, notTaken, Source.ATTEMPT);
  }

  /** The attempt's own output; all conditions hold, or there are none. */
  public StepSucceeded(int step, int attempt, @Nullable Payload output) {
    this(step, attempt, output, List.of(), Source.ATTEMPT);
  }
}
