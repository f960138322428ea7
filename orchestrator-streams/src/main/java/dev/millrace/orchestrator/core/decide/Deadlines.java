package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.state.Clocks;
import dev.millrace.orchestrator.core.state.WorkflowView;

/** Arithmetic of points in time where {@link WorkflowView#NO_DEADLINE} means never. */
final class Deadlines {
  private Deadlines() {}

  /** The time after a timeout, where a timeout of 0 means none. */
  static long after(long nowMs, long timeoutMs) {
    return Clocks.after(nowMs, timeoutMs);
  }

  static long earlier(long oneMs, long otherMs) {
    return Clocks.earlier(oneMs, otherMs);
  }

  static boolean isDue(long deadlineMs, long nowMs) {
    return deadlineMs != WorkflowView.NO_DEADLINE && deadlineMs <= nowMs;
  }
}
