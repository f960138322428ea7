package dev.millrace.worker.internal;

import org.jspecify.annotations.Nullable;

/** A value that cannot be made a payload; the message says why. */
public final class UnwritableValueException extends Exception {
  private static final long serialVersionUID = 1L;

  UnwritableValueException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
