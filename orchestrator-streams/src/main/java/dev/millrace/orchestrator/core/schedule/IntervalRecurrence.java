package dev.millrace.orchestrator.core.schedule;

import java.time.LocalDate;
import java.time.ZoneId;

/**
 * A slot every so many milliseconds, counted from the first midnight of 1970 in a time zone. The
 * count is of time that passes: clocks that are put forward or back do not shift it. Slots do not
 * depend on when the schedule was set, so that a schedule set again has the same ones.
 */
public final class IntervalRecurrence implements Recurrence {
  private final long intervalMs;
  private final long originMs;

  /**
   * A recurrence.
   *
   * @param intervalMs positive
   */
  IntervalRecurrence(long intervalMs, ZoneId zone) {
    this.intervalMs = intervalMs;
    this.originMs = LocalDate.EPOCH.atStartOfDay(zone).toInstant().toEpochMilli();
  }

  @Override
  public long nextAfter(long afterMs) {
    long count = Math.floorDiv(afterMs - originMs, intervalMs) + 1;
    long next = originMs + count * intervalMs;
    return next < END_OF_TIME_MS ? next : NEVER;
  }
}
