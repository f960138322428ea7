package dev.millrace.orchestrator.definition.wfformat;

/** A file is not WfFormat, or its workflow cannot be a definition; the message tells why. */
public final class WfFormatException extends Exception {
  private static final long serialVersionUID = 1L;

  WfFormatException(String message) {
    super(message);
  }

  WfFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
