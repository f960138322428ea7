package dev.millrace.orchestrator.expression;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.millrace.orchestrator.core.definition.Excerpt;

/** Compiled regular expressions, those last used. Thread-safe. */
final class Patterns {
  private static final int KEPT = 1_000;

  private final Cache<String, Pattern> cache =
      Caffeine.newBuilder().maximumSize(KEPT).executor(Runnable::run).build();

  /**
   * Whether a regular expression is found anywhere in a text.
   *
   * @throws NoValueException when it is none or over a limit, or the text is too long
   */
  boolean find(String text, String regex) {
    if (text.length() > ExpressionLimits.MATCHED_CHARS) {
      throw new NoValueException(
          "the text to match has %d characters, more than %d; match a part of it"
              .formatted(text.length(), ExpressionLimits.MATCHED_CHARS));
    }
    return cache.get(regex, Patterns::compile).matcher(text).find();
  }

  /**
   * Checks a regular expression.
   *
   * @throws NoValueException when it is none or over a limit
   */
  static Pattern compile(String regex) {
    if (regex.length() > ExpressionLimits.REGEX_CHARS) {
      throw new NoValueException(
          "the regular expression has %d characters, more than %d; shorten it"
              .formatted(regex.length(), ExpressionLimits.REGEX_CHARS));
    }
    Pattern pattern;
    try {
      pattern = Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw new NoValueException(
          "no regular expression of RE2: %s; correct it"
              .formatted(Excerpt.line(String.valueOf(e.getMessage()))));
    }
    if (pattern.programSize() > ExpressionLimits.REGEX_PROGRAM) {
      throw new NoValueException(
          "the regular expression compiles to %d instructions, more than %d; repeat less"
              .formatted(pattern.programSize(), ExpressionLimits.REGEX_PROGRAM));
    }
    return pattern;
  }
}
