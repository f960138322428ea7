package dev.millrace.orchestrator.core.event;

/**
 * A step may start and is held.
 *
 * @param step the step
 * @param reason why
 * @param untilMs until when, in epoch milliseconds; 0 means until something else makes room
 */
public record StepHeld(int step, Reason reason, long untilMs) implements Event {
  /** Why a step is held. */
  public enum Reason {
    /** As many steps of the workflow are open as its definition allows. */
    MAX_PARALLEL,
    /** Its delivery window is closed. */
    WINDOW,
    /** The workflow is paused. */
    PAUSED
  }
}
