package dev.millrace.perf.load;

import dev.millrace.perf.workload.Extent;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Opens when the warm-up is over, closes when enough is measured, and counts what ends in between.
 * Times are from {@link System#nanoTime}. Not thread-safe.
 */
final class Window {
  private static final int SIGNIFICANT_DIGITS = 3;

  private final Extent extent;
  private final long startedNs;
  private final Histogram workflowUs = new Histogram(SIGNIFICANT_DIGITS);
  private State state = State.WARMING_UP;
  private long warmedUp;
  private long openedNs;
  private long closedNs;

  /** How far a window is. */
  enum State {
    WARMING_UP,
    OPEN,
    CLOSED
  }

  Window(Extent extent, long nowNs) {
    this.extent = extent;
    this.startedNs = nowNs;
  }

  /** Counts a workflow that was to start at one time and was seen to have ended at another. */
  void ended(long intendedStartNs, long nowNs) {
    switch (state) {
      case WARMING_UP -> warmedUp++;
      case OPEN -> workflowUs.recordValue(TimeUnit.NANOSECONDS.toMicros(nowNs - intendedStartNs));
      case CLOSED -> throw new IllegalStateException("nothing is counted after the window closed");
    }
  }

  /** Opens or closes the window if it is time to. */
  State advance(long nowNs) {
    if (state == State.WARMING_UP && reached(extent.warmUp(), warmedUp, nowNs - startedNs)) {
      state = State.OPEN;
      openedNs = nowNs;
    } else if (state == State.OPEN
        && reached(extent.measured(), workflowUs.getTotalCount(), nowNs - openedNs)) {
      state = State.CLOSED;
      closedNs = nowNs;
    }
    return state;
  }

  LoadResult result() {
    return new LoadResult(
        (closedNs - openedNs) / 1e9,
        workflowUs.getTotalCount(),
        workflowUs.getValueAtPercentile(50) / 1e3,
        workflowUs.getValueAtPercentile(99) / 1e3,
        workflowUs.getMaxValue() / 1e3);
  }

  private boolean reached(int amount, long workflows, long elapsedNs) {
    return switch (extent.unit()) {
      case SECONDS -> elapsedNs >= TimeUnit.SECONDS.toNanos(amount);
      case WORKFLOWS -> workflows >= amount;
    };
  }
}
