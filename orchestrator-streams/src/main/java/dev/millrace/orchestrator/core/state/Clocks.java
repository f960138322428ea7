package dev.millrace.orchestrator.core.state;

/**
 * When the time-outs of a step are due, in epoch milliseconds; {@link WorkflowView#NO_DEADLINE}
 * where one is not, or does not run.
 *
 * @param startByMs the first sign of a worker
 * @param closeByMs the end of the attempt
 * @param overallByMs the end of the step, over all its attempts
 * @param heartbeatByMs the next sign of the worker
 */
public record Clocks(long startByMs, long closeByMs, long overallByMs, long heartbeatByMs) {
  public static final Clocks NONE = new Clocks(0, 0, 0, 0);

  /** The first of them. */
  public long earliestMs() {
    return earlier(earlier(startByMs, heartbeatByMs), attemptByMs());
  }

  /** When an attempt is given up, however often its worker reports. */
  public long attemptByMs() {
    return earlier(closeByMs, overallByMs);
  }

  /** Between two attempts. */
  public Clocks between() {
    return new Clocks(0, 0, overallByMs, 0);
  }

  /** The earlier of two times, where no time is the latest of all. */
  public static long earlier(long oneMs, long otherMs) {
    if (oneMs == WorkflowView.NO_DEADLINE) {
      return otherMs;
    }
    return otherMs == WorkflowView.NO_DEADLINE ? oneMs : Math.min(oneMs, otherMs);
  }

  /** The time after a timeout, where a timeout of 0 means none. */
  public static long after(long nowMs, long timeoutMs) {
    if (timeoutMs == 0) {
      return WorkflowView.NO_DEADLINE;
    }
    return nowMs + Math.min(timeoutMs, WorkflowView.LATEST_DEADLINE_MS - nowMs);
  }
}
