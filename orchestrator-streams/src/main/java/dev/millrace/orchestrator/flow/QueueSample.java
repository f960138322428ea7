package dev.millrace.orchestrator.flow;

/**
 * What an engine has seen of a queue since the sample before.
 *
 * @param nowMs when it was taken, in milliseconds of a clock that never goes back
 * @param open attempts whose commands are out
 * @param ended attempts that ended since
 * @param reported those of them whose worker reported how long its handler ran
 * @param runMs how long these ran together, in milliseconds
 * @param waits attempts that ended since of which it is known how long they waited for a worker
 * @param waitMs how long these waited together, in milliseconds
 * @param stayMs how long these were open together, in milliseconds
 * @param fullTasks tasks whose window is at least half full; at least 1
 * @param isHeld whether steps are held for want of room in a window
 * @param lagMs how long the lag of the queue's workers takes them, in milliseconds; negative when
 *     it is not known, or what is known is too old
 */
public record QueueSample(
    long nowMs,
    long open,
    long ended,
    long reported,
    long runMs,
    long waits,
    long waitMs,
    long stayMs,
    int fullTasks,
    boolean isHeld,
    double lagMs) {
  /** The lag is not known. */
  public static final double UNKNOWN_LAG = -1;

  public QueueSample {
    if (fullTasks < 1) {
      throw new IllegalArgumentException("full tasks %d: must be at least 1".formatted(fullTasks));
    }
  }
}
