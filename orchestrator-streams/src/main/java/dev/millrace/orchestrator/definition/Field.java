package dev.millrace.orchestrator.definition;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The fields of the language. */
enum Field {
  NAME("name"),
  VERSION("version"),
  STEPS("steps"),
  ID("id"),
  TYPE("type"),
  QUEUE("queue"),
  DEPENDS_ON("dependsOn"),
  TIMEOUT("timeout"),
  RETRY("retry"),
  MAX_ATTEMPTS("maxAttempts"),
  INITIAL_INTERVAL("initialInterval"),
  COEFFICIENT("coefficient"),
  MAX_INTERVAL("maxInterval"),
  JITTER("jitter"),
  NON_RETRYABLE("nonRetryable");

  /** Fields of a definition. */
  static final Set<Field> OF_DEFINITION = set(NAME, VERSION, TIMEOUT, QUEUE, RETRY, STEPS);

  /** Fields of a step. */
  static final Set<Field> OF_STEP = set(ID, TYPE, QUEUE, DEPENDS_ON, TIMEOUT, RETRY);

  /** Fields of a retry policy. */
  static final Set<Field> OF_RETRY =
      set(MAX_ATTEMPTS, INITIAL_INTERVAL, COEFFICIENT, MAX_INTERVAL, JITTER, NON_RETRYABLE);

  private static final Map<String, Field> BY_TEXT =
      Arrays.stream(values()).collect(Collectors.toMap(Field::text, Function.identity()));

  private final String text;

  Field(String text) {
    this.text = text;
  }

  /** The field as it is written. */
  String text() {
    return text;
  }

  static Optional<Field> of(String text) {
    return Optional.ofNullable(BY_TEXT.get(text));
  }

  /** The fields as they are written, in the order of the language. */
  static List<String> texts(Set<Field> fields) {
    return fields.stream().map(Field::text).toList();
  }

  private static Set<Field> set(Field first, Field... rest) {
    return Collections.unmodifiableSet(EnumSet.of(first, rest));
  }
}
