package dev.millrace.schemas.registry;

import org.jspecify.annotations.Nullable;

/** A schema id under which the registry has no schema, or none that is Avro and can be read. */
public final class UnknownSchemaException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UnknownSchemaException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
