package dev.millrace.orchestrator.flow;

import java.time.Duration;

/**
 * Bounds of the windows of queues.
 *
 * @param target how long a command is to wait for a worker
 * @param least fewest attempts that a task may have open of a queue, whatever its workers do
 * @param first how many it may have open at first
 * @param most most of them
 */
public record WindowSettings(Duration target, int least, int first, int most) {
  private static final int LEAST = 4;
  private static final int FIRST = 1_000;

  public WindowSettings {
    if (target.isNegative() || target.isZero()) {
      throw new IllegalArgumentException("target %s: must be above 0".formatted(target));
    }
    if (least < 1 || first < least || most < first) {
      throw new IllegalArgumentException(
          "windows from %d over %d to %d: must be 1 or more, in this order"
              .formatted(least, first, most));
    }
  }

  /** With the usual bounds, as far as the largest window has room for them. */
  public static WindowSettings upTo(int most, Duration target) {
    return new WindowSettings(target, Math.min(LEAST, most), Math.min(FIRST, most), most);
  }
}
