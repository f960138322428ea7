package dev.millrace.schemas.registry;

import org.jspecify.annotations.Nullable;

/** The registry could not be reached or could not answer; the same call may go through later. */
public final class RegistryUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RegistryUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
