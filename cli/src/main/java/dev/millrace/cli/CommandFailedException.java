package dev.millrace.cli;

import org.jspecify.annotations.Nullable;

/** A command could not do what it was asked to; the message tells the user why and what to do. */
public final class CommandFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CommandFailedException(String message) {
    this(message, null);
  }

  public CommandFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
