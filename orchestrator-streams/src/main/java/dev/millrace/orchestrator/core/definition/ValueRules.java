package dev.millrace.orchestrator.core.definition;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The rules of single values, and the count of expressions. One use, one thread. */
final class ValueRules {
  private static final String BEGIN_OF_EXPRESSION = "${";

  private final Violations violations;
  private int expressions;

  ValueRules(Violations violations) {
    this.violations = violations;
  }

  /** Whether a duration is one that the record contract can hold and a person can mean. */
  static boolean isInRange(Duration duration) {
    return duration.compareTo(DefinitionLimits.SHORTEST) >= 0
        && duration.compareTo(DefinitionLimits.LONGEST) <= 0
        && duration.toNanosPart() % 1_000_000 == 0;
  }

  void name(Supplier<String> path, String text) {
    if (!DefinitionLimits.isName(text)) {
      violations.add(
          DefinitionRule.BAD_NAME,
          path,
          () ->
              "%s is not a name; use 1 to %d letters, digits, underscores, dots and hyphens, the first of them a letter, digit or underscore"
                  .formatted(Excerpt.of(text), DefinitionLimits.NAME_CHARS));
    }
  }

  void queue(Supplier<String> path, String text) {
    if (!DefinitionLimits.isQueue(text)) {
      violations.add(
          DefinitionRule.BAD_QUEUE,
          path,
          () ->
              "%s is not a queue name; use 1 to %d lower-case letters, digits and hyphens"
                  .formatted(Excerpt.of(text), DefinitionLimits.QUEUE_CHARS));
    }
  }

  /** A duration of zero means none. */
  void durationOrNone(DefinitionRule rule, Supplier<String> path, String field, Duration duration) {
    if (!duration.isZero()) {
      duration(rule, path, field, duration);
    }
  }

  void duration(DefinitionRule rule, Supplier<String> path, String field, Duration duration) {
    if (!isInRange(duration)) {
      violations.add(
          rule,
          path,
          () ->
              "%s is %s; use whole milliseconds from 1ms to %dd"
                  .formatted(field, duration, DefinitionLimits.LONGEST.toDays()));
    }
  }

  void range(
      DefinitionRule rule, Supplier<String> path, String field, int value, int least, int most) {
    if (value < least || value > most) {
      violations.add(
          rule,
          path,
          () -> "%s is %,d; it must be %,d to %,d".formatted(field, value, least, most));
    }
  }

  /** A condition or a list, as CEL; null is none. */
  void expression(Supplier<String> path, @Nullable String source) {
    if (source == null) {
      return;
    }
    expressions++;
    if (source.isBlank() || source.length() > DefinitionLimits.EXPRESSION_CHARS) {
      violations.add(
          DefinitionRule.EXPRESSION_TEXT,
          path,
          () ->
              "the expression has %,d characters; use 1 to %,d, not all of them blank"
                  .formatted(source.length(), DefinitionLimits.EXPRESSION_CHARS));
    } else if (isNoText(source)) {
      noText(DefinitionRule.EXPRESSION_TEXT, path);
    }
  }

  /** A template, schema, form or other text that may hold expressions; null is none. */
  void template(Supplier<String> path, @Nullable String text) {
    if (text == null) {
      return;
    }
    if (text.length() > DefinitionLimits.TEMPLATE_CHARS) {
      violations.add(
          DefinitionRule.TEMPLATE_TEXT,
          path,
          () ->
              "the text has %,d characters; at most %,d are allowed: hand over less, or a reference to it"
                  .formatted(text.length(), DefinitionLimits.TEMPLATE_CHARS));
    } else if (isNoText(text)) {
      noText(DefinitionRule.TEMPLATE_TEXT, path);
    }
    int from = text.indexOf(BEGIN_OF_EXPRESSION);
    while (from >= 0) {
      expressions++;
      from = text.indexOf(BEGIN_OF_EXPRESSION, from + BEGIN_OF_EXPRESSION.length());
    }
  }

  /** Halves of surrogate pairs stand for no character and would not survive being stored. */
  private static boolean isNoText(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (!Character.isSupplementaryCodePoint(text.codePointAt(i))) {
          return true;
        }
        i++;
      }
    }
    return false;
  }

  private void noText(DefinitionRule rule, Supplier<String> path) {
    violations.add(
        rule,
        path,
        () -> "the text has half of a surrogate pair, which is no character; remove it");
  }

  void failureTypes(DefinitionRule rule, Supplier<String> path, String field, List<String> types) {
    if (types.size() > DefinitionLimits.NON_RETRYABLE) {
      violations.add(
          rule,
          path,
          () ->
              "%s names %,d failure types; at most %d are allowed"
                  .formatted(field, types.size(), DefinitionLimits.NON_RETRYABLE));
      return;
    }
    Set<String> named = new HashSet<>();
    for (int i = 0; i < types.size(); i++) {
      String type = types.get(i);
      int index = i;
      if (type.isBlank() || type.length() > DefinitionLimits.NAME_CHARS || isNoText(type)) {
        violations.add(
            rule,
            () -> "%s[%d]".formatted(path.get(), index),
            () ->
                "%s is not a failure type; use 1 to %d characters, not all of them blank"
                    .formatted(Excerpt.of(type), DefinitionLimits.NAME_CHARS));
      } else if (!named.add(type)) {
        violations.add(
            rule,
            () -> "%s[%d]".formatted(path.get(), index),
            () -> "%s names %s twice; name it once".formatted(field, Excerpt.of(type)));
      }
    }
  }

  /** Reports that the definition has too many expressions, once all of it has been looked at. */
  void expressionCount() {
    if (expressions > DefinitionLimits.EXPRESSIONS) {
      violations.add(
          DefinitionRule.TOO_MANY_EXPRESSIONS,
          () -> "steps",
          () ->
              "the definition has %,d expressions; at most %,d are allowed: split it into several workflows"
                  .formatted(expressions, DefinitionLimits.EXPRESSIONS));
    }
  }
}
