package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.DefinitionLimits;
import dev.millrace.orchestrator.core.definition.DefinitionRule;
import dev.millrace.orchestrator.core.definition.Excerpt;
import dev.millrace.orchestrator.core.definition.NearestName;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Typed values from a stream of source events, each entered in the map of places. A value of
 * another type is a problem, and reading goes on behind it. One thread.
 */
final class SourceValues {
  /** No number of the language needs more, and converting long ones is slow. */
  private static final int NUMBER_CHARS = 64;

  private final SourceEvents events;
  private final Problems problems;
  private final SourceMap places;
  private final Map<Class<?>, Map<String, Field>> fieldsByText = new HashMap<>();
  private int depth;
  private int skipped;
  private int expressions;

  /** Takes the value of a field of a mapping. */
  @FunctionalInterface
  interface FieldReader<F> {
    /**
     * Takes one value.
     *
     * @param value the value; the reader takes the rest of it too
     */
    void read(F field, SourceValue value) throws SourceRefusedException;
  }

  /** Takes an item of a list. */
  @FunctionalInterface
  interface ItemReader {
    /**
     * Takes one item.
     *
     * @param item the item; the reader takes the rest of it too
     */
    void read(SourceValue item) throws SourceRefusedException;
  }

  SourceValues(SourceEvents events, Problems problems, SourceMap places) {
    this.events = events;
    this.problems = problems;
    this.places = places;
  }

  SourceEvent next() throws SourceRefusedException {
    SourceEvent event = events.next();
    switch (event.kind()) {
      case MAPPING, SEQUENCE -> {
        if (++depth > DefinitionParser.DEPTH) {
          throw new SourceRefusedException(
              SourceRule.TOO_DEEP,
              event.position(),
              "nested deeper than %d levels; make it flatter".formatted(DefinitionParser.DEPTH));
        }
      }
      case END -> depth--;
      case TEXT, NUMBER, BOOLEAN, NULL, END_OF_SOURCE -> {}
    }
    return event;
  }

  /** The first value of the source. */
  SourceValue root() throws SourceRefusedException {
    SourceValue root = SourceValue.root(next());
    places.add(root);
    return root;
  }

  /** Enters a value that a reader has made itself. */
  SourceValue at(SourceValue value) {
    places.add(value);
    return value;
  }

  /** Counts a text that holds an expression. */
  void countExpression(SourceValue text) throws SourceRefusedException {
    if (++expressions > DefinitionLimits.EXPRESSIONS) {
      throw new SourceRefusedException(
          DefinitionRule.TOO_MANY_EXPRESSIONS.code(),
          text.position(),
          text.path(),
          "more than %,d expressions; split the definition into several workflows"
              .formatted(DefinitionLimits.EXPRESSIONS));
    }
  }

  /** Notes that something is wrong with a value. */
  void problem(SourceRule rule, SourceValue value, String message) throws SourceRefusedException {
    problems.add(rule.code(), value.position(), value.path(), message);
  }

  /** Notes that a value breaks a rule that holds wherever a definition comes from. */
  void violation(DefinitionRule rule, SourceValue value, String message)
      throws SourceRefusedException {
    problems.add(rule.code(), value.position(), value.path(), message);
  }

  /** Reads past the rest of a value. */
  void skip(SourceEvent start) throws SourceRefusedException {
    int outside = isCollection(start) ? depth - 1 : depth;
    while (depth > outside) {
      SourceEvent event = next();
      if (++skipped > DefinitionParser.SKIPPED) {
        throw new SourceRefusedException(
            SourceRule.TOO_MUCH_UNKNOWN,
            event.position(),
            "more than %,d values are not part of the language; is this a workflow definition?"
                .formatted(DefinitionParser.SKIPPED));
      }
    }
  }

  /**
   * Reads the fields of a mapping, each handed to the reader once; the fields that are there come
   * back.
   *
   * @param known the fields that it may have
   * @param required those that it must have
   */
  <F extends Enum<F> & Field> Set<F> mapping(
      SourceValue mapping, Class<F> known, List<F> required, FieldReader<F> reader)
      throws SourceRefusedException {
    Set<F> seen = EnumSet.noneOf(known);
    Map<String, Field> fields = fieldsByText.computeIfAbsent(known, SourceValues::byText);
    while (true) {
      SourceEvent key = next();
      if (key.kind() == SourceEvent.Kind.END) {
        requireAll(mapping, seen, required);
        return seen;
      }
      F field = isCollection(key) ? null : known.cast(fields.get(key.text()));
      if (field == null) {
        unknownField(mapping, Field.texts(known), key);
        skip(key);
        skip(next());
      } else if (!seen.add(field)) {
        duplicateField(mapping, key);
        skip(next());
      } else {
        reader.read(field, at(mapping.field(key.text(), next())));
      }
    }
  }

  private static Map<String, Field> byText(Class<?> kind) {
    Map<String, Field> byText = new HashMap<>();
    for (Object field : kind.getEnumConstants()) {
      byText.put(((Field) field).text(), (Field) field);
    }
    return byText;
  }

  /**
   * Hands each item of a list to the reader.
   *
   * @param most how many there may be
   * @param rule what a list of more breaks
   */
  void list(SourceValue list, int most, DefinitionRule rule, ItemReader reader)
      throws SourceRefusedException {
    list(
        list,
        item -> {
          if (item.item() == most) {
            throw new SourceRefusedException(
                rule.code(),
                item.position(),
                list.path(),
                "the list has more than %d items; shorten it".formatted(most));
          }
          reader.read(item);
        });
  }

  /** Hands each item of a list to the reader. */
  void list(SourceValue list, ItemReader reader) throws SourceRefusedException {
    for (int i = 0; true; i++) {
      SourceEvent item = next();
      if (item.kind() == SourceEvent.Kind.END) {
        return;
      }
      reader.read(at(list.item(i, item)));
    }
  }

  private <F extends Field> void requireAll(SourceValue mapping, Set<F> seen, List<F> required)
      throws SourceRefusedException {
    for (F field : required) {
      if (!seen.contains(field)) {
        problems.add(
            SourceRule.MISSING_FIELD.code(),
            mapping.position(),
            mapping.path(field.text()),
            "the field '%s' is missing; add it".formatted(field.text()));
      }
    }
  }

  void duplicateField(SourceValue mapping, SourceEvent key) throws SourceRefusedException {
    problems.add(
        SourceRule.DUPLICATE_FIELD.code(),
        key.position(),
        mapping.path(Excerpt.line(key.text())),
        "%s is given twice; keep one of them".formatted(Excerpt.of(key.text())));
  }

  private void unknownField(SourceValue mapping, List<String> known, SourceEvent key)
      throws SourceRefusedException {
    String name = isCollection(key) ? key.kind().words() : Excerpt.of(key.text());
    String remedy =
        NearestName.among(known, key.text())
            .map(near -> "did you mean '%s'?".formatted(near))
            .orElse("the fields are " + String.join(", ", known));
    problems.add(
        SourceRule.UNKNOWN_FIELD.code(),
        key.position(),
        mapping.path(Excerpt.line(key.text())),
        "%s is not a field here; %s".formatted(name, remedy));
  }

  /** A text; of a number or boolean the characters, so that what refers to it is understood. */
  @Nullable String text(SourceValue value) throws SourceRefusedException {
    return switch (value.kind()) {
      case TEXT -> value.text();
      case NUMBER, BOOLEAN -> {
        wrongType(value, "a text", "put it in quotes");
        yield value.text();
      }
      case MAPPING, SEQUENCE, NULL, END, END_OF_SOURCE -> {
        wrongType(value, "a text", "write a text or remove the field");
        yield null;
      }
    };
  }

  /** A text that stands for one of several things. */
  <T> @Nullable T choice(SourceValue value, Map<String, T> choices, String howTo)
      throws SourceRefusedException {
    if (value.kind() != SourceEvent.Kind.TEXT) {
      wrongType(value, "a text", howTo);
      return null;
    }
    T chosen = choices.get(value.text());
    if (chosen == null) {
      unknownValue(value, choices.keySet());
    }
    return chosen;
  }

  private void unknownValue(SourceValue value, Collection<String> known)
      throws SourceRefusedException {
    String remedy =
        NearestName.among(known, value.text())
            .map(near -> "did you mean '%s'?".formatted(near))
            .orElse("write one of " + String.join(", ", known));
    problem(
        SourceRule.UNKNOWN_VALUE,
        value,
        "%s is not known here; %s".formatted(Excerpt.of(value.text()), remedy));
  }

  @Nullable Boolean bool(SourceValue value) throws SourceRefusedException {
    if (value.kind() == SourceEvent.Kind.BOOLEAN) {
      return Boolean.valueOf(value.text());
    }
    wrongType(value, "true or false", "write one of them, without quotes");
    return null;
  }

  @Nullable Integer integer(SourceValue value) throws SourceRefusedException {
    BigDecimal number = decimal(value.event());
    if (number != null) {
      try {
        return number.intValueExact();
      } catch (ArithmeticException notAnInt) {
        // Reported below, with what is not a number at all.
      }
    }
    wrongType(value, "a whole number of at most 2147483647", "write one such as 1");
    return null;
  }

  /** A number of which 0 would mean "no limit" in the model, as if it had been left out. */
  int limit(SourceValue value, DefinitionRule rule) throws SourceRefusedException {
    Integer limit = integer(value);
    if (limit != null && limit == 0) {
      violation(
          rule, value, "%s must be 1 or more; leave it out to have none".formatted(value.name()));
    }
    return Objects.requireNonNullElse(limit, 0);
  }

  @Nullable Double number(SourceValue value) throws SourceRefusedException {
    BigDecimal number = decimal(value.event());
    if (number == null) {
      wrongType(value, "a number", "write one such as 1.5");
      return null;
    }
    return number.doubleValue();
  }

  /** The number that a scalar means; null when it means none. */
  static @Nullable BigDecimal decimal(SourceEvent value) {
    if (value.kind() != SourceEvent.Kind.NUMBER || value.text().length() > NUMBER_CHARS) {
      return null;
    }
    try {
      return new BigDecimal(value.text());
    } catch (NumberFormatException notANumber) {
      // YAML counts .inf and .nan among its numbers; the caller reports them as no number.
      return null;
    }
  }

  @Nullable Duration duration(SourceValue value) throws SourceRefusedException {
    if (value.kind() != SourceEvent.Kind.TEXT) {
      wrongType(value, "a duration", DurationText.HOW_TO);
      return null;
    }
    Optional<Duration> duration = DurationText.parse(value.text());
    if (duration.isEmpty()) {
      badDuration(value);
    }
    return duration.orElse(null);
  }

  void badDuration(SourceValue value) throws SourceRefusedException {
    problem(
        SourceRule.BAD_DURATION,
        value,
        "%s is not a duration above zero; %s"
            .formatted(Excerpt.of(value.text()), DurationText.HOW_TO));
  }

  /**
   * A timeout of zero would mean none in the model, which is not what its author can have meant.
   */
  Duration timeout(SourceValue value) throws SourceRefusedException {
    Duration duration = duration(value);
    if (duration != null && duration.isZero()) {
      violation(
          DefinitionRule.TIMEOUT_RANGE,
          value,
          "a timeout must be 1ms or more; leave it out to have none");
    }
    return Objects.requireNonNullElse(duration, Duration.ZERO);
  }

  /** Whether a value is a mapping or a list, as it should be; another one is skipped. */
  boolean isA(SourceEvent.Kind kind, SourceValue value, String howTo)
      throws SourceRefusedException {
    if (value.kind() == kind) {
      return true;
    }
    wrongType(value, kind.words(), howTo);
    return false;
  }

  /** Notes that a value is of another type than it should be, and reads past it. */
  void wrongType(SourceValue value, String expected, String howTo) throws SourceRefusedException {
    String found =
        value.text().isEmpty()
            ? value.kind().words()
            : "%s %s".formatted(value.kind().words(), Excerpt.of(value.text()));
    problem(
        SourceRule.WRONG_TYPE,
        value,
        "expected %s but found %s; %s".formatted(expected, found, howTo));
    skip(value.event());
  }

  private static boolean isCollection(SourceEvent event) {
    return event.kind() == SourceEvent.Kind.MAPPING || event.kind() == SourceEvent.Kind.SEQUENCE;
  }
}
