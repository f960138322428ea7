package dev.millrace.worker.testing;

import dev.millrace.schemas.v1.EventType;
import java.util.Optional;

/** How far a step is. */
public enum StepState {
  /** It waits for others, or its workflow never came to it. */
  NOT_STARTED,
  /** An attempt is with a worker, or its branches run. */
  RUNNING,
  /** It waits: for a time, a signal, a child workflow, its next attempt or its next round. */
  WAITING,
  SUCCEEDED,
  FAILED,
  SKIPPED;

  /** The state that an event puts its step into, if it does. */
  static Optional<StepState> after(EventType event) {
    return switch (event) {
      case STEP_DISPATCHED, BRANCHES_OPENED -> Optional.of(RUNNING);
      case STEP_SUSPENDED, STEP_HELD, STEP_REPEATED, ATTEMPT_FAILED -> Optional.of(WAITING);
      case STEP_SUCCEEDED -> Optional.of(SUCCEEDED);
      case STEP_FAILED -> Optional.of(FAILED);
      case STEP_SKIPPED -> Optional.of(SKIPPED);
      default -> Optional.empty();
    };
  }
}
