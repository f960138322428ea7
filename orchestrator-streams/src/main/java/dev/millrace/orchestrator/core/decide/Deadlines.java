package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.state.WorkflowView;

/** Arithmetic of points in time where {@link WorkflowView#NO_DEADLINE} means never. */
final class Deadlines {
  private Deadlines() {}

  /** The time after a timeout, where a timeout of 0 means none. */
  static long after(long nowMs, long timeoutMs) {
    if (timeoutMs == 0) {
      return WorkflowView.NO_DEADLINE;
    }
    return nowMs + Math.min(timeoutMs, WorkflowView.LATEST_DEADLINE_MS - nowMs);
  }

  static long earlier(long oneMs, long otherMs) {
    if (oneMs == WorkflowView.NO_DEADLINE) {
      return otherMs;
    }
    return otherMs == WorkflowView.NO_DEADLINE ? oneMs : Math.min(oneMs, otherMs);
  }

  static boolean isDue(long deadlineMs, long nowMs) {
    return deadlineMs != WorkflowView.NO_DEADLINE && deadlineMs <= nowMs;
  }
}
