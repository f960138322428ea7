package dev.millrace.worker.http;

import java.util.Objects;

/** A request that cannot be sent or whose answer is of no use, and the failure that this is. */
final class CallFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String type;

  /**
   * A failure that another attempt cannot help.
   *
   * @param type one of {@link HttpFailures}
   */
  CallFailedException(String type, String message) {
    super(message);
    this.type = type;
  }

  String type() {
    return type;
  }

  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }
}
