package dev.millrace.orchestrator.definition;

import java.util.Locale;

/**
 * One thing to correct in a definition's source.
 *
 * @param severity whether the definition is refused for it
 * @param line in the source, from 1
 * @param column in the line, from 1, in characters
 * @param path of the value in the definition, such as {@code steps[3].dependsOn[1]}; empty for the
 *     source as a whole
 * @param code stable name of the rule
 * @param message what is wrong and what to do about it, one line without control characters
 */
public record Problem(
    Severity severity, int line, int column, String path, String code, String message) {

  /** How bad a problem is. */
  public enum Severity {
    /** The definition is refused. */
    ERROR,
    /** The definition runs, but says something without effect. */
    WARNING
  }

  /**
   * The problem on one line, in the form of a compiler: file, line, column, severity, code, text.
   */
  public String render(String file) {
    return "%s:%d:%d: %s: %s: %s"
        .formatted(file, line, column, severity.name().toLowerCase(Locale.ROOT), code, message);
  }
}
