package dev.millrace.orchestrator.app;

import org.jspecify.annotations.Nullable;

/** The engine cannot start; the message says what is missing and what to do. */
public final class EngineStartException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public EngineStartException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
