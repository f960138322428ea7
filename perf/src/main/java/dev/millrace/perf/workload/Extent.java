package dev.millrace.perf.workload;

/**
 * How long a run lasts.
 *
 * @param unit what the two numbers count
 * @param warmUp how much of it passes before the measured window opens
 * @param measured how much of it the measured window takes
 */
public record Extent(Unit unit, int warmUp, int measured) {
  /** What an extent counts. */
  public enum Unit {
    SECONDS,
    WORKFLOWS
  }

  public Extent {
    if (warmUp < 0 || measured < 1) {
      throw new IllegalArgumentException(
          "extent: warm-up %d must be 0 or more and measured %d must be 1 or more"
              .formatted(warmUp, measured));
    }
  }

  static Extent seconds(int warmUp, int measured) {
    return new Extent(Unit.SECONDS, warmUp, measured);
  }

  static Extent workflows(int warmUp, int measured) {
    return new Extent(Unit.WORKFLOWS, warmUp, measured);
  }
}
