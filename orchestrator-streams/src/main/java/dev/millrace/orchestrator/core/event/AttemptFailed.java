package dev.millrace.orchestrator.core.event;

import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.ItemResult;
import java.util.List;

/**
 * An attempt failed and there will be another.
 *
 * @param step the step
 * @param attempt which attempt
 * @param failure why
 * @param retryAtMs when the next attempt is due, in epoch milliseconds
 * @param results what became of each item of a batch until now; empty for other steps
 */
public record AttemptFailed(
    int step, int attempt, Failure failure, long retryAtMs, List<ItemResult> results)
    implements Event {
  public AttemptFailed {
    results = List.copyOf(results);
  }

  /** The failure of what is no batch. */
  public AttemptFailed(int step, int attempt, Failure failure, long retryAtMs) {
    this(step, attempt, failure, retryAtMs, List.of());
  }
}
