package dev.millrace.orchestrator.core.state;

/**
 * Why an attempt, a step or a workflow did not succeed.
 *
 * @param type stable error type that retry policies match on
 * @param message text for people
 * @param retryable whether another attempt could help
 */
public record Failure(String type, String message, boolean retryable) {
  /** The attempt was not completed within its start-to-close timeout. */
  public static final String START_TO_CLOSE_TIMEOUT = "millrace.timeout.start-to-close";

  /** The workflow did not end within its timeout or before its deadline. */
  public static final String WORKFLOW_TIMEOUT = "millrace.timeout.workflow";

  /** An output was larger than a payload may be. */
  public static final String OUTPUT_TOO_LARGE = "millrace.output-too-large";

  /** A step's command, with all its inputs, was larger than a command may be. */
  public static final String COMMAND_TOO_LARGE = "millrace.command-too-large";

  /** The workflow was cancelled by a control record. */
  public static final String CANCELLED = "millrace.cancelled";
}
