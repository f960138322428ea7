package dev.millrace.worker;

import org.jspecify.annotations.Nullable;

/**
 * An input or output that is missing, is not JSON, or does not fit the class it is read as. Left
 * uncaught in a handler it fails the step with {@link #FAILURE_TYPE}, not retryable: reading it
 * again gives the same answer.
 */
public final class UnreadablePayloadException extends RuntimeException {
  /** Type of the failure that this exception becomes. */
  public static final String FAILURE_TYPE = "worker.unreadable-payload";

  private static final long serialVersionUID = 1L;

  public UnreadablePayloadException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
