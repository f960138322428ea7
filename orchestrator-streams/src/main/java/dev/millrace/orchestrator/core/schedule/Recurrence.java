package dev.millrace.orchestrator.core.schedule;

/** When the slots of a schedule are. Immutable. */
public sealed interface Recurrence permits CronRecurrence, IntervalRecurrence {
  /** That there is no next slot. */
  long NEVER = Long.MAX_VALUE;

  /** Behind the last slot of any schedule: the end of the year 9999, in epoch milliseconds. */
  long END_OF_TIME_MS = 253_402_300_800_000L;

  /**
   * The first slot after a time.
   *
   * @param afterMs epoch milliseconds
   * @return epoch milliseconds, or {@link #NEVER}
   */
  long nextAfter(long afterMs);
}
