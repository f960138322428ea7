package dev.millrace.perf.scaling;

import java.util.List;

/**
 * What a closed loop is put to.
 *
 * @param settings of the autoscaler
 * @param signal what it looks at
 * @param phases of the load, one after the other
 */
public record ScalingPlan(
    ScalingSettings settings, ScalingModel.Signal signal, List<Phase> phases) {
  /**
   * A time with the same load.
   *
   * @param name in the report
   * @param perSecond workflows that start a second, of one step each
   * @param seconds how long at most
   * @param isUntilNone whether it is over when there are to be no workers
   */
  public record Phase(String name, double perSecond, int seconds, boolean isUntilNone) {}

  /** The phase that shows how workers come. */
  public static final String MUCH = "10x";

  /** The phase that shows how the first worker comes when there is none. */
  public static final String AGAIN = "1x from zero";

  public ScalingPlan {
    phases = List.copyOf(phases);
  }

  /**
   * Little, ten times as much, nothing until no worker is left, and little again for a third of the
   * time of much.
   *
   * @param littleSeconds long enough that workers that came at first go again
   * @param noSeconds how long it may take until no worker is left
   */
  public static ScalingPlan step(
      ScalingSettings settings,
      ScalingModel.Signal signal,
      double little,
      int littleSeconds,
      int muchSeconds,
      int noSeconds) {
    return new ScalingPlan(
        settings,
        signal,
        List.of(
            new Phase("1x", little, littleSeconds, false),
            new Phase(MUCH, 10 * little, muchSeconds, false),
            new Phase("nothing", 0, noSeconds, true),
            new Phase(AGAIN, little, muchSeconds / 3, false)));
  }
}
