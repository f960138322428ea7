package dev.millrace.orchestrator.core.event;

import org.jspecify.annotations.Nullable;

/**
 * A command for an attempt goes to the workers.
 *
 * @param step the step
 * @param attempt 1 for the first try
 * @param deadlineMs when the attempt times out, in epoch milliseconds; 0 means never
 * @param resultKey what its result is kept under if it succeeds; null when it is not kept
 */
public record StepDispatched(int step, int attempt, long deadlineMs, @Nullable String resultKey)
    implements Event {
  /** An attempt whose result is not kept. */
  public StepDispatched(int step, int attempt, long deadlineMs) {
    this(step, attempt, deadlineMs, null);
  }
}
