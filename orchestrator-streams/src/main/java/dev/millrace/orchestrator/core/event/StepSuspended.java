package dev.millrace.orchestrator.core.event;

import org.jspecify.annotations.Nullable;

/**
 * A step waits: for a time, a signal or another workflow.
 *
 * @param step the step
 * @param attempt 1 for the first try
 * @param dueMs when it goes on or gives up, in epoch milliseconds; 0 means never
 * @param child id of the workflow that it waits for; null when it waits for something else
 */
public record StepSuspended(int step, int attempt, long dueMs, @Nullable String child)
    implements Event {
  /** A step that waits for no other workflow. */
  public StepSuspended(int step, int attempt, long dueMs) {
    this(step, attempt, dueMs, null);
  }
}
