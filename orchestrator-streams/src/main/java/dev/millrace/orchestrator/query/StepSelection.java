package dev.millrace.orchestrator.query;

import dev.millrace.orchestrator.core.state.StepStatus;

/** Which steps of a workflow are meant. */
public enum StepSelection {
  /** Those of which something is under way: an attempt is out, or the next one is due later. */
  ACTIVE,
  /** Those and the ones that have not begun. */
  UNFINISHED,
  /** All of them. */
  ALL;

  boolean includes(StepStatus status) {
    return switch (status) {
      case OPEN, BACKING_OFF -> true;
      case WAITING -> this != ACTIVE;
      case SUCCEEDED, FAILED -> this == ALL;
    };
  }
}
