package dev.millrace.perf.scaling;

import java.util.function.IntToDoubleFunction;

/**
 * Steps that become ready, by the second.
 *
 * @param seconds how long
 * @param perSecond how many a second
 */
public record ScalingLoad(int seconds, IntToDoubleFunction perSecond) {
  /** Little for a time, ten times as much for a time, and nothing for a time. */
  public static ScalingLoad step(double little, int littleSeconds, int muchSeconds, int noSeconds) {
    int much = littleSeconds + muchSeconds;
    return new ScalingLoad(
        much + noSeconds,
        second -> second < littleSeconds ? little : second < much ? 10 * little : 0);
  }

  /** Little for a time, then ever more until it is ten times as much, which it stays. */
  public static ScalingLoad ramp(double little, int littleSeconds, int rising, int muchSeconds) {
    return new ScalingLoad(
        littleSeconds + rising + muchSeconds,
        second ->
            little * (1 + 9 * Math.clamp((second - littleSeconds) / (double) rising, 0.0, 1.0)));
  }
}
