package dev.millrace.orchestrator.core.state;

import org.jspecify.annotations.Nullable;

/**
 * How a workflow ends.
 *
 * @param status one that has ended
 * @param failure why, unless it succeeded
 */
public record Outcome(WorkflowStatus status, @Nullable Failure failure) {
  public static final Outcome SUCCEEDED = new Outcome(WorkflowStatus.SUCCEEDED, null);

  public Outcome {
    if (!status.hasEnded() || (failure == null) != (status == WorkflowStatus.SUCCEEDED)) {
      throw new IllegalArgumentException(
          "a workflow cannot end %s with %s".formatted(status, failure));
    }
  }
}
