package dev.millrace.worker.http;

import java.io.IOException;

/** The body of an answer is over its limit, as it came or unpacked. */
final class ResponseTooLargeException extends IOException {
  private static final long serialVersionUID = 1L;

  ResponseTooLargeException(String message) {
    super(message);
  }
}
