package dev.millrace.cli.workflow;

/** A failure, for people. */
final class FailureText {
  private FailureText() {}

  /** Its type and its message, if it has one. */
  static String of(String type, String message) {
    return message.isBlank() ? type : type + ": " + message;
  }
}
