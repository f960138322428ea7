package dev.millrace.schemas.wire;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;

/** Says what is wrong with JSON in words for its writer. Stateless. */
public final class JsonFault {
  /** The parser's word for a document that it was told to keep to itself. */
  private static final Pattern SOURCE =
      Pattern.compile(
          "\\s*\\([^(\\[]*\\[Source:.*?\\]\\)|\\s*\\[Source:[^\\]]*\\]", Pattern.DOTALL);

  private JsonFault() {}

  /** What is wrong, without where. */
  public static String text(JacksonException fault) {
    return SOURCE.matcher(String.valueOf(fault.getOriginalMessage())).replaceAll("");
  }

  /** Where it is wrong, by line and column from 1, and what. */
  public static String at(JacksonException fault) {
    @Nullable TokenStreamLocation at = fault.getLocation();
    return at == null || at.getLineNr() < 1
        ? text(fault)
        : "line %d, column %d: %s".formatted(at.getLineNr(), at.getColumnNr(), text(fault));
  }
}
