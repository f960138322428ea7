package dev.millrace.orchestrator.core.input;

/**
 * Somebody asks something of a workflow.
 *
 * @param id chosen by whoever asks, so that asking twice has the effect of once; empty for none
 * @param control what is asked
 */
public record ControlRequested(String id, Control control) implements Input {
  /** A control without an id. */
  public ControlRequested(Control control) {
    this("", control);
  }
}
