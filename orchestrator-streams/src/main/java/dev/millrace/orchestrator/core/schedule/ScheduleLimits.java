package dev.millrace.orchestrator.core.schedule;

/** How large a schedule, and what it has under way, may be. */
public final class ScheduleLimits {
  /** Longest id of a schedule, in UTF-8 bytes: that of a workflow less the name of a slot. */
  public static final int ID_BYTES = 256 - Slots.SUFFIX_CHARS;

  /** Shortest interval between two slots, in milliseconds; all are whole seconds. */
  public static final long SHORTEST_INTERVAL_MS = 1_000;

  /** Longest interval, in milliseconds: 10 years of 365 days. */
  public static final long LONGEST_INTERVAL_MS = 3_650L * 24 * 60 * 60 * 1_000;

  /** Shortest catch-up window, in milliseconds: a slot is always looked at a little late. */
  public static final long SHORTEST_CATCH_UP_MS = 10_000;

  /** Longest catch-up window, in milliseconds: 10 years of 365 days. */
  public static final long LONGEST_CATCH_UP_MS = LONGEST_INTERVAL_MS;

  /** Most slots decided at once; the rest follow at the next tick of the timers. */
  public static final int SLOTS_AT_ONCE = 100;

  /** Most workflows of one schedule that run at a time. */
  public static final int RUNNING = 1_000;

  /** Most slots that wait for others to end. */
  public static final int WAITING = 1_000;

  /** Most slots in the range of one back-fill. */
  public static final int BACKFILL_SLOTS = 10_000;

  /** Most back-fills of one schedule that are not done. */
  public static final int BACKFILLS = 10;

  /** Up to how many missed slots are counted; beyond, the count says "so many at least". */
  public static final int MISSED_COUNTED = 10_000;

  /** Largest output that becomes the input of the next slot, in bytes. */
  public static final int CARRIED_BYTES = 1024 * 1024;

  private ScheduleLimits() {}
}
