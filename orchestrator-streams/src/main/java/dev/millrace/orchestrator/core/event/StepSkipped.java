package dev.millrace.orchestrator.core.event;

/**
 * A step will not run.
 *
 * @param step the step
 * @param reason why
 */
public record StepSkipped(int step, Reason reason) implements Event {
  /** Why a step is skipped. */
  public enum Reason {
    /** Its join rule cannot be satisfied any more. */
    DEPENDENCIES,
    /** Its condition does not hold. */
    CONDITION,
    /** Somebody asked for it. */
    BY_HAND
  }
}
