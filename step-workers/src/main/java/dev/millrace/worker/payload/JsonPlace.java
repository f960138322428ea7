package dev.millrace.worker.payload;

import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;

/** Where JSON is not as it should be. */
final class JsonPlace {
  private JsonPlace() {}

  /** Kind and place, without the parser's words: they quote what was decrypted. */
  static String of(JacksonException e) {
    TokenStreamLocation at = e.getLocation();
    String kind = e.getClass().getSimpleName();
    return at == null
        ? kind
        : "%s at line %d, column %d".formatted(kind, at.getLineNr(), at.getColumnNr());
  }
}
