package dev.millrace.orchestrator.core.schedule;

import java.util.List;

/** What came of an input. */
public sealed interface ScheduleDecision {
  /**
   * The input was taken.
   *
   * @param state what it has become
   * @param events what was decided, in order; empty when nothing changed
   * @param effects what must be done, in order
   */
  record Accepted(ScheduleState state, List<ScheduleEvent> events, List<ScheduleEffect> effects)
      implements ScheduleDecision {
    public Accepted {
      events = List.copyOf(events);
      effects = List.copyOf(effects);
    }
  }

  /**
   * The input was refused and nothing changed.
   *
   * @param reason which rule refused it
   * @param message what was wrong and what to do about it
   */
  record Refused(ScheduleRefusal reason, String message) implements ScheduleDecision {}
}
