package dev.millrace.orchestrator.core.schedule;

/** A schedule that says something it cannot mean. */
public final class InvalidScheduleException extends Exception {
  private static final long serialVersionUID = 1L;

  private final ScheduleRefusal reason;

  /**
   * A refusal on its way to the one who decides.
   *
   * @param message the field, its value, what is allowed
   */
  InvalidScheduleException(ScheduleRefusal reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** Which rule the schedule breaks. */
  public ScheduleRefusal reason() {
    return reason;
  }

  /** What is wrong and what is allowed. */
  public String text() {
    return String.valueOf(getMessage());
  }
}
