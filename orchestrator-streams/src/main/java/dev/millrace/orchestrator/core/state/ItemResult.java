package dev.millrace.orchestrator.core.state;

import org.jspecify.annotations.Nullable;

/**
 * What became of one item of a batch.
 *
 * @param output what it gave, if it succeeded
 * @param failure why it failed; retryable where another attempt is to follow; null when it
 *     succeeded
 */
public record ItemResult(@Nullable Payload output, @Nullable Failure failure) {
  /** Whether the item is to be sent again. */
  public boolean isToDo() {
    return failure != null && failure.retryable();
  }
}
