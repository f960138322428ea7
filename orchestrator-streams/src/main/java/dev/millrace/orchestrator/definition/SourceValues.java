package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.Excerpt;
import dev.millrace.orchestrator.core.definition.NearestName;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Typed values from a stream of source events. A value of another type is a problem, and reading
 * goes on behind it. One thread.
 */
final class SourceValues {
  /** No number of the language needs more, and converting long ones is slow. */
  private static final int NUMBER_CHARS = 64;

  private final SourceEvents events;
  private final Problems problems;
  private int depth;
  private int skipped;

  /** Takes the value of a field of a mapping. */
  @FunctionalInterface
  interface FieldReader {
    /**
     * Takes one value.
     *
     * @param value first event of the value; the reader takes the rest of the value too
     */
    void read(Field field, SourceEvent value) throws SourceRefusedException;
  }

  SourceValues(SourceEvents events, Problems problems) {
    this.events = events;
    this.problems = problems;
  }

  SourceEvent next() throws SourceRefusedException {
    SourceEvent event = events.next();
    switch (event.kind()) {
      case MAPPING, SEQUENCE -> {
        if (++depth > DefinitionParser.DEPTH) {
          throw new SourceRefusedException(
              SourceRule.TOO_DEEP,
              event.position(),
              "nested deeper than %d levels; a definition needs no more than six"
                  .formatted(DefinitionParser.DEPTH));
        }
      }
      case END -> depth--;
      case TEXT, NUMBER, BOOLEAN, NULL, END_OF_SOURCE -> {}
    }
    return event;
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
   * @param path of the mapping, with a dot at its end unless it is empty
   * @param known the fields that it may have
   */
  Set<Field> mapping(String path, Set<Field> known, FieldReader reader)
      throws SourceRefusedException {
    Set<Field> seen = EnumSet.noneOf(Field.class);
    while (true) {
      SourceEvent key = next();
      if (key.kind() == SourceEvent.Kind.END) {
        return seen;
      }
      Optional<Field> field = Field.of(key.text()).filter(known::contains);
      if (isCollection(key) || field.isEmpty()) {
        unknownField(path, known, key);
        skip(key);
        skip(next());
      } else if (!seen.add(field.get())) {
        problems.add(
            SourceRule.DUPLICATE_FIELD,
            key.position(),
            path + key.text(),
            "'%s' is given twice; keep one of them".formatted(key.text()));
        skip(next());
      } else {
        reader.read(field.get(), next());
      }
    }
  }

  private void unknownField(String path, Set<Field> known, SourceEvent key)
      throws SourceRefusedException {
    String name = isCollection(key) ? key.kind().words() : Excerpt.of(key.text());
    String remedy =
        NearestName.among(Field.texts(known), key.text())
            .map(near -> "did you mean '%s'?".formatted(near))
            .orElse("the fields are " + String.join(", ", Field.texts(known)));
    problems.add(
        SourceRule.UNKNOWN_FIELD,
        key.position(),
        path + Excerpt.line(key.text()),
        "%s is not a field here; %s".formatted(name, remedy));
  }

  /** A text; of a number or boolean the characters, so that what refers to it is understood. */
  @Nullable String text(ValuePath path, SourceEvent value) throws SourceRefusedException {
    return switch (value.kind()) {
      case TEXT -> value.text();
      case NUMBER, BOOLEAN -> {
        wrongType(path, value, "a text", "put it in quotes");
        yield value.text();
      }
      case MAPPING, SEQUENCE, NULL, END, END_OF_SOURCE -> {
        wrongType(path, value, "a text", "write a text or remove the field");
        yield null;
      }
    };
  }

  @Nullable Integer integer(ValuePath path, SourceEvent value) throws SourceRefusedException {
    BigDecimal number = decimal(value);
    if (number != null) {
      try {
        return number.intValueExact();
      } catch (ArithmeticException notAnInt) {
        // Reported below, with what is not a number at all.
      }
    }
    wrongType(path, value, "a whole number of at most 2147483647", "write one such as 1");
    return null;
  }

  @Nullable Double number(ValuePath path, SourceEvent value) throws SourceRefusedException {
    BigDecimal number = decimal(value);
    if (number == null) {
      wrongType(path, value, "a number", "write one such as 1.5");
      return null;
    }
    return number.doubleValue();
  }

  private static @Nullable BigDecimal decimal(SourceEvent value) {
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

  @Nullable Duration duration(ValuePath path, SourceEvent value) throws SourceRefusedException {
    String howTo = "write it with a unit, like 100ms, 30s, 5m, 1h or 7d, or as ISO-8601, like PT5M";
    if (value.kind() != SourceEvent.Kind.TEXT) {
      wrongType(path, value, "a duration", howTo);
      return null;
    }
    Optional<Duration> duration = DurationText.parse(value.text());
    if (duration.isEmpty()) {
      problems.add(
          SourceRule.BAD_DURATION,
          value.position(),
          path.toString(),
          "%s is not a duration above zero; %s".formatted(Excerpt.of(value.text()), howTo));
    }
    return duration.orElse(null);
  }

  /** Whether a value is a mapping or a list, as it should be; another one is skipped. */
  boolean isA(SourceEvent.Kind kind, ValuePath path, SourceEvent value, String howTo)
      throws SourceRefusedException {
    if (value.kind() == kind) {
      return true;
    }
    wrongType(path, value, kind.words(), howTo);
    return false;
  }

  private void wrongType(ValuePath path, SourceEvent value, String expected, String howTo)
      throws SourceRefusedException {
    String found =
        value.text().isEmpty()
            ? value.kind().words()
            : "%s %s".formatted(value.kind().words(), Excerpt.of(value.text()));
    problems.add(
        SourceRule.WRONG_TYPE,
        value.position(),
        path.toString(),
        "expected %s but found %s; %s".formatted(expected, found, howTo));
    skip(value);
  }

  private static boolean isCollection(SourceEvent event) {
    return event.kind() == SourceEvent.Kind.MAPPING || event.kind() == SourceEvent.Kind.SEQUENCE;
  }
}
