package dev.millrace.orchestrator.core.schedule;

import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import org.jspecify.annotations.Nullable;

/**
 * What was decided about a schedule: its state is the fold of these. Times are epoch milliseconds.
 */
public sealed interface ScheduleEvent {
  /**
   * The schedule was set.
   *
   * @param spec what it says
   * @param paused whether it is paused
   * @param cursorMs slots after this are looked at
   */
  record Set(ScheduleSpec spec, boolean paused, long cursorMs) implements ScheduleEvent {}

  /**
   * The schedule was paused.
   *
   * @param reason why
   */
  record Paused(String reason) implements ScheduleEvent {}

  /**
   * The schedule goes on.
   *
   * @param reason why
   * @param cursorMs slots after this are looked at
   */
  record Resumed(String reason, long cursorMs) implements ScheduleEvent {}

  /**
   * The schedule was deleted.
   *
   * @param atMs when
   */
  record Deleted(long atMs) implements ScheduleEvent {}

  /**
   * A change was refused.
   *
   * @param reason which rule refused it
   * @param message what was wrong
   */
  record Refused(ScheduleRefusal reason, String message) implements ScheduleEvent {}

  /**
   * A back-fill waits for its turn.
   *
   * @param fromMs the first time that can be a slot
   * @param toMs behind the last time that can be one
   * @param overlap policy for its slots
   */
  record BackfillAccepted(long fromMs, long toMs, OverlapPolicy overlap) implements ScheduleEvent {}

  /** The first of the back-fills has no slots left. */
  record BackfillDone() implements ScheduleEvent {}

  /**
   * The workflow of a slot was started.
   *
   * @param slotMs the slot
   * @param origin how its turn has come
   */
  record SlotStarted(long slotMs, SlotOrigin origin) implements ScheduleEvent {}

  /**
   * A slot waits for others to end.
   *
   * @param slotMs the slot
   * @param origin how its turn has come
   */
  record SlotQueued(long slotMs, SlotOrigin origin) implements ScheduleEvent {}

  /**
   * A slot is left out.
   *
   * @param slotMs the slot
   * @param origin how its turn has come
   * @param reason why
   */
  record SlotSkipped(long slotMs, SlotOrigin origin, SkipReason reason) implements ScheduleEvent {}

  /**
   * Slots were not looked at in time.
   *
   * @param fromMs the first of them
   * @param cursorMs slots after this are looked at
   * @param count how many; {@link ScheduleLimits#MISSED_COUNTED} means that there may be more
   */
  record SlotsMissed(long fromMs, long cursorMs, int count) implements ScheduleEvent {}

  /**
   * The workflow of a slot was asked to cancel.
   *
   * @param slotMs the slot
   */
  record CancelRequested(long slotMs) implements ScheduleEvent {}

  /**
   * The workflow of a slot has ended, or could not be started.
   *
   * @param slotMs the slot
   * @param output what the next one starts with; null for what the schedule says, or as before
   * @param failure why it did not succeed; null if it did
   */
  record SlotEnded(long slotMs, @Nullable Payload output, @Nullable Failure failure)
      implements ScheduleEvent {}

  /** Why a slot is left out. The names are stable: they stand in events. */
  enum SkipReason {
    /** A workflow of an earlier slot runs. */
    OVERLAP,
    /** A later slot has taken its place among those that wait. */
    REPLACED,
    /** As many slots wait as can. */
    QUEUE_FULL,
    /** As many workflows of the schedule run as can. */
    TOO_MANY_RUNNING,
    /** The slot runs or waits already. */
    ALREADY_TAKEN
  }
}
