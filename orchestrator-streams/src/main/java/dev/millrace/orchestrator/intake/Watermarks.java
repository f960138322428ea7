package dev.millrace.orchestrator.intake;

/**
 * Two marks of one figure, apart so that a valve does not flutter: at the limit it closes, and it
 * opens again only when the figure is better by some way. Immutable.
 *
 * @param limit the figure at which it closes
 * @param resumesAt the figure at which it opens again
 * @param isFloor whether the figure must not fall below the limit, rather than reach it
 */
record Watermarks(long limit, long resumesAt, boolean isFloor) {
  private static final int WHOLE_PERCENT = 100;

  /** Closes when a figure reaches a limit; opens when it has fallen to a percentage of that. */
  static Watermarks ceiling(long limit, int resumePercent) {
    return new Watermarks(limit, (long) (limit * fraction(resumePercent)), false);
  }

  /** Closes when a figure falls below a limit, which is a percentage of where it opens again. */
  static Watermarks floor(long limit, int resumePercent) {
    return new Watermarks(limit, (long) Math.ceil(limit / fraction(resumePercent)), true);
  }

  private static double fraction(int percent) {
    if (percent < 1 || percent >= WHOLE_PERCENT) {
      throw new IllegalArgumentException("percentage %d: must be 1 to 99".formatted(percent));
    }
    return (double) percent / WHOLE_PERCENT;
  }

  /** Whether the valve is closed with a figure. */
  boolean isClosed(boolean wasClosed, long value) {
    long mark = wasClosed ? resumesAt : limit;
    if (isFloor) {
      return value < mark;
    }
    return wasClosed ? value > mark : value >= mark;
  }
}
