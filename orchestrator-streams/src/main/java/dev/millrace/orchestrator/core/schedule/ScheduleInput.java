package dev.millrace.orchestrator.core.schedule;

import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import org.jspecify.annotations.Nullable;

/** What can happen to a schedule. Times are epoch milliseconds. */
public sealed interface ScheduleInput {
  /**
   * It is set: made, changed, or made again after it was deleted.
   *
   * @param spec what it says from now on
   * @param paused whether nothing is to be started until it is resumed
   * @param atMs when that was asked for; slots count from then on
   */
  record Set(ScheduleSpec spec, boolean paused, long atMs) implements ScheduleInput {}

  /**
   * Nothing is to be started until it is resumed.
   *
   * @param reason why, for the event log
   * @param atMs when that was asked for
   */
  record Pause(String reason, long atMs) implements ScheduleInput {}

  /**
   * Slots are to be started again, those from now on.
   *
   * @param reason why, for the event log
   * @param atMs when that was asked for
   */
  record Resume(String reason, long atMs) implements ScheduleInput {}

  /** It is deleted. What it has started goes on. */
  record Delete() implements ScheduleInput {}

  /**
   * The slots of a range of time are to be started.
   *
   * @param fromMs the first that can be one
   * @param toMs behind the last that can be one
   * @param overlap the policy for them; null for that of the schedule
   */
  record Backfill(long fromMs, long toMs, @Nullable OverlapPolicy overlap)
      implements ScheduleInput {}

  /**
   * A workflow that it has started has ended, or could not be started.
   *
   * @param slotMs its slot
   * @param output what it returned; null for nothing
   * @param failure why it did not succeed; null if it did
   */
  record Report(long slotMs, @Nullable Payload output, @Nullable Failure failure)
      implements ScheduleInput {}

  /** Time has gone on. */
  record Tick() implements ScheduleInput {}
}
