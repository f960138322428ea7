package dev.millrace.schemas.registry;

import org.jspecify.annotations.Nullable;

/** A schema that its subject's compatibility level forbids. */
public final class IncompatibleSchemaException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public IncompatibleSchemaException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
