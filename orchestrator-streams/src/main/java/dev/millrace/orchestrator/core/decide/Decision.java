package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.effect.Effect;
import dev.millrace.orchestrator.core.event.Event;
import java.util.List;

/** What came of an input. */
public sealed interface Decision {
  /**
   * The input was taken. The state that it was decided on has evolved by the events.
   *
   * @param events what was decided, in order; empty when nothing changed
   * @param effects what must be done, in order
   */
  record Accepted(List<Event> events, List<Effect> effects) implements Decision {}

  /**
   * The input was refused and nothing changed.
   *
   * @param reason which rule refused it
   * @param message what was wrong and what to do about it
   */
  record Refused(Refusal reason, String message) implements Decision {}
}
