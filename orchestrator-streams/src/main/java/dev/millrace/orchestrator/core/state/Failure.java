package dev.millrace.orchestrator.core.state;

/**
 * Why an attempt, a step or a workflow did not succeed.
 *
 * @param type stable error type that retry policies match on
 * @param message text for people, at most {@link #MESSAGE_CHARS}
 * @param retryable whether another attempt could help
 */
public record Failure(String type, String message, boolean retryable) {
  /** Longest message, in characters. */
  public static final int MESSAGE_CHARS = 8 * 1024;

  /** The attempt was not completed within its start-to-close timeout. */
  public static final String START_TO_CLOSE_TIMEOUT = "millrace.timeout.start-to-close";

  /** No worker gave a sign of the attempt within its schedule-to-start timeout. */
  public static final String SCHEDULE_TO_START_TIMEOUT = "millrace.timeout.schedule-to-start";

  /** The step was not done within its schedule-to-close timeout, all attempts together. */
  public static final String SCHEDULE_TO_CLOSE_TIMEOUT = "millrace.timeout.schedule-to-close";

  /** The worker gave no sign of the attempt for as long as its heartbeat timeout. */
  public static final String HEARTBEAT_TIMEOUT = "millrace.timeout.heartbeat";

  /** A step waited for a signal that did not come within its timeout. */
  public static final String SIGNAL_TIMEOUT = "millrace.timeout.signal";

  /** The workflow did not end within its timeout or before its deadline. */
  public static final String WORKFLOW_TIMEOUT = "millrace.timeout.workflow";

  /** An output was larger than a payload may be. */
  public static final String OUTPUT_TOO_LARGE = "millrace.output-too-large";

  /** An output, with what else came of the same input, was more than one record of events takes. */
  public static final String EVENTS_TOO_LARGE = "millrace.events-too-large";

  /** A step's command, with all its inputs, was larger than a command may be. */
  public static final String COMMAND_TOO_LARGE = "millrace.command-too-large";

  /** An expression has no value, or is none. */
  public static final String EXPRESSION = "millrace.expression";

  /** A step was repeated as often as it may, and its condition still does not hold. */
  public static final String REPEAT_EXHAUSTED = "millrace.repeat-exhausted";

  /** A child workflow cannot have the id that it should. */
  public static final String CHILD_ID = "millrace.child-id";

  /** The commands of a step cannot have the key that they should. */
  public static final String AFFINITY = "millrace.affinity";

  /** A child workflow would be too many workflows deep. */
  public static final String CHILD_DEPTH = "millrace.child-depth";

  /** A step was to run for more items, or larger ones, than it can. */
  public static final String TOO_MANY_ITEMS = "millrace.too-many-items";

  /** More items of a step failed than it tolerates. */
  public static final String ITEMS_FAILED = "millrace.items-failed";

  /** A completion has another number of results than its command had items. */
  public static final String RESULTS_MISMATCH = "millrace.results-mismatch";

  /** The workflow was terminated by a control record. */
  public static final String TERMINATED = "millrace.terminated";

  /** A control was refused; nothing failed. */
  public static final String CONTROL_REFUSED = "millrace.control-refused";

  /** The workflow was cancelled by a control record. */
  public static final String CANCELLED = "millrace.cancelled";

  /** A text for people, cut to a number of characters, but not in the middle of a pair of them. */
  public static String cut(String text, int maxChars) {
    if (text.length() <= maxChars) {
      return text;
    }
    boolean pair = Character.isHighSurrogate(text.charAt(maxChars - 1));
    return text.substring(0, pair ? maxChars - 1 : maxChars);
  }
}
