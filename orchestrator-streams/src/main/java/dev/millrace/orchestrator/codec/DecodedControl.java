package dev.millrace.orchestrator.codec;

import dev.millrace.orchestrator.core.input.ControlRequested;

/**
 * A control as it was read: what the core needs, and what is for the event log alone.
 *
 * @param request the core's input
 * @param origin who asked, and why
 */
public record DecodedControl(ControlRequested request, Origin origin) {
  /**
   * Where a control comes from, for people.
   *
   * @param by who asked; empty when not said
   * @param why for what reason; empty when not said
   */
  public record Origin(String by, String why) {
    /** Of what nobody asked for. */
    public static final Origin NONE = new Origin("", "");
  }
}
