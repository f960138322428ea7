package dev.millrace.perf.scaling;

/**
 * Queue and workers at one time.
 *
 * @param seconds when, from the beginning
 * @param perSecond steps that become ready a second
 * @param wanted workers that there are to be
 * @param ready workers that work
 * @param lag commands in the topic that no worker has finished, as far as offsets say
 * @param held steps that the engine holds before the topic
 * @param oldestMs for how long the oldest of those is held, in milliseconds
 */
public record ScalingPoint(
    double seconds, double perSecond, int wanted, int ready, long lag, long held, long oldestMs) {
  /** All that waits, or runs. */
  public long backlog() {
    return lag + held;
  }
}
