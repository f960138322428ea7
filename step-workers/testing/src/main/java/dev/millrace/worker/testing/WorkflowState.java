package dev.millrace.worker.testing;

import dev.millrace.schemas.v1.EventType;
import java.util.Optional;

/** How far a workflow is. */
public enum WorkflowState {
  /** The engine has not decided its start yet: definition or queue are waited for. */
  NOT_STARTED,
  RUNNING,
  SUCCEEDED,
  FAILED,
  CANCELLED,
  TIMED_OUT,
  TERMINATED,
  /** Its start was refused; nothing of it ran. */
  REJECTED;

  /** Whether nothing more happens to the workflow. */
  public boolean hasEnded() {
    return this != NOT_STARTED && this != RUNNING;
  }

  /** The state that an event puts a workflow into, if it does. */
  static Optional<WorkflowState> after(EventType event) {
    return switch (event) {
      case WORKFLOW_STARTED -> Optional.of(RUNNING);
      case WORKFLOW_SUCCEEDED -> Optional.of(SUCCEEDED);
      case WORKFLOW_FAILED -> Optional.of(FAILED);
      case WORKFLOW_CANCELLED -> Optional.of(CANCELLED);
      case WORKFLOW_TIMED_OUT -> Optional.of(TIMED_OUT);
      case WORKFLOW_TERMINATED -> Optional.of(TERMINATED);
      case WORKFLOW_REJECTED -> Optional.of(REJECTED);
      default -> Optional.empty();
    };
  }
}
