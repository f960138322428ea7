package dev.millrace.orchestrator.query;

import org.jspecify.annotations.Nullable;

/** The engine cannot answer now; the same question may be answered a little later. */
public final class NotReadyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public NotReadyException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
