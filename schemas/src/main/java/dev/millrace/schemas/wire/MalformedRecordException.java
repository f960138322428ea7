package dev.millrace.schemas.wire;

import org.jspecify.annotations.Nullable;

/** Bytes that are not a record of the expected type. Reading them again gives the same answer. */
public final class MalformedRecordException extends Exception {
  private static final long serialVersionUID = 1L;

  public MalformedRecordException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
