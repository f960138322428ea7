package dev.millrace.schemas.registry;

import org.jspecify.annotations.Nullable;

/** What a registry has under an id is no Avro schema; asking again gives the same. */
final class UnreadableSchemaException extends Exception {
  private static final long serialVersionUID = 1L;

  UnreadableSchemaException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
