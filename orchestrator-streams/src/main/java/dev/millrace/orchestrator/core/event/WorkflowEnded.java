package dev.millrace.orchestrator.core.event;

import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import org.jspecify.annotations.Nullable;

/**
 * The workflow has come to its end.
 *
 * @param status how: one that has ended
 * @param failure why, unless it succeeded
 */
public record WorkflowEnded(WorkflowStatus status, @Nullable Failure failure) implements Event {
  public WorkflowEnded {
    if (!status.hasEnded() || (failure == null) != (status == WorkflowStatus.SUCCEEDED)) {
      throw new IllegalArgumentException(
          "a workflow cannot end %s with %s".formatted(status, failure));
    }
  }
}
