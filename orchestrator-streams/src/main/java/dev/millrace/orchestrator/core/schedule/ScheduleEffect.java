package dev.millrace.orchestrator.core.schedule;

import dev.millrace.orchestrator.core.state.Payload;
import org.jspecify.annotations.Nullable;

/** What must be done for a schedule. */
public sealed interface ScheduleEffect {
  /**
   * Start the workflow of a slot.
   *
   * @param slotMs the slot, in epoch milliseconds
   * @param spec what is started
   * @param input what it starts with; null for nothing
   */
  record StartSlot(long slotMs, ScheduleSpec spec, @Nullable Payload input)
      implements ScheduleEffect {}

  /**
   * Ask the workflow of a slot to cancel.
   *
   * @param slotMs the slot, in epoch milliseconds
   */
  record CancelSlot(long slotMs) implements ScheduleEffect {}
}
