package dev.millrace.schemas.registry;

import org.jspecify.annotations.Nullable;

/** A schema id that the registry does not know. */
public final class UnknownSchemaException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UnknownSchemaException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
