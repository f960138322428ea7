package dev.millrace.orchestrator.query;

import dev.millrace.orchestrator.core.state.StepStatus;

/** Which steps of a workflow are meant. */
public enum StepSelection {
  /** Those that have begun and are not finished: under way, waiting for a time, or held. */
  ACTIVE,
  /** Those and the ones that have not begun. */
  UNFINISHED,
  /** All of them. */
  ALL;

  boolean includes(StepStatus status) {
    return switch (status) {
      case OPEN, BACKING_OFF, READY, SUSPENDED -> true;
      case WAITING -> this != ACTIVE;
      case SUCCEEDED, FAILED, SKIPPED, ABANDONED -> this == ALL;
    };
  }
}
