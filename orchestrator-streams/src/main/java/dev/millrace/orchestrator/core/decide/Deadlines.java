package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.state.WorkflowView;

/** Arithmetic of points in time where {@link WorkflowView#NO_DEADLINE} means never. */
final class Deadlines {
  private Deadlines() {}

  static long after(long nowMs, long timeoutMs) {
    return timeoutMs == 0 ? WorkflowView.NO_DEADLINE : nowMs + timeoutMs;
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
