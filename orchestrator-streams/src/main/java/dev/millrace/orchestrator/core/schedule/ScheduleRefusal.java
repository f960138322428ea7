package dev.millrace.orchestrator.core.schedule;

/**
 * Why a change of a schedule, or a report to it, can be refused. The codes are stable: they stand
 * in events, metrics and dead letters.
 */
public enum ScheduleRefusal {
  /** No schedule has this id: it was never set, or deleted longer ago than summaries are kept. */
  UNKNOWN_SCHEDULE("unknown-schedule", false),
  /** The id is longer than one that leaves room for a slot. */
  ID_TOO_LONG("schedule-id", false),
  /** A workflow has this id already. */
  ID_IS_A_WORKFLOW("id-is-a-workflow", false),
  /** Neither or both of a cron expression and an interval, or an interval out of range. */
  INTERVAL("schedule-interval", false),
  /** The cron expression cannot be read. */
  CRON("schedule-cron", false),
  /** The cron expression has no next time. */
  NEVER("schedule-never", false),
  /** There is no such time zone. */
  TIME_ZONE("schedule-time-zone", false),
  /** The catch-up window is out of range. */
  CATCH_UP("schedule-catch-up", false),
  /** The range of a back-fill is empty, lies in the future or has too many slots. */
  RANGE("schedule-range", false),
  /** Too many back-fills wait for their turn. */
  TOO_MANY_BACKFILLS("schedule-backfills", false),
  /** The change was applied before a crash and is being read again. */
  ALREADY_APPLIED("already-applied", true),
  /** The report is of a slot whose workflow is not running, as far as the schedule knows. */
  SLOT_NOT_RUNNING("slot-not-running", true);

  private final String code;
  private final boolean expected;

  ScheduleRefusal(String code, boolean expected) {
    this.code = code;
    this.expected = expected;
  }

  /** Stable name of the reason. */
  public String code() {
    return code;
  }

  /** Whether it is a normal consequence of at-least-once delivery, only to be counted. */
  public boolean isExpected() {
    return expected;
  }
}
