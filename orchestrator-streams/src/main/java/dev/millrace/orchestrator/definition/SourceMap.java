package dev.millrace.orchestrator.definition;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where in the source the values of a definition stand: in arrays, since a definition has many
 * values and most of them are never asked for. One thread.
 */
final class SourceMap {
  private static final Pattern PATH =
      Pattern.compile(
          "(?:steps\\[(?<step>\\d+)]\\.?)?(?:retry\\.)?(?<field>[A-Za-z]*)(?:\\[(?<item>\\d+)])?");
  private static final int NONE = -1;

  private long[] indexes = new long[64];
  private @Nullable Field[] fields = new @Nullable Field[64];
  private long[] places = new long[64];
  private int size;

  /**
   * The value of a field.
   *
   * @param step index of the step that has the field, or -1 for the definition's own
   */
  void put(int step, Field field, SourceEvent event) {
    put(index(step, NONE), field, event);
  }

  /** An item of a list in a field. */
  void putItem(int step, Field field, int item, SourceEvent event) {
    put(index(step, item), field, event);
  }

  /** A step as a whole. */
  void putStep(int step, SourceEvent event) {
    put(index(step, NONE), null, event);
  }

  private void put(long index, @Nullable Field field, SourceEvent event) {
    if (size == indexes.length) {
      indexes = Arrays.copyOf(indexes, size * 2);
      fields = Arrays.copyOf(fields, size * 2);
      places = Arrays.copyOf(places, size * 2);
    }
    indexes[size] = index;
    fields[size] = field;
    places[size] = pack(event.line(), event.column());
    size++;
  }

  /** The place of a path, or of the nearest thing around it that has one. */
  Position find(String path) {
    Matcher matcher = PATH.matcher(path);
    if (!matcher.matches()) {
      throw new IllegalStateException("not a path of a definition: " + path);
    }
    int step = number(matcher.group("step"));
    Field field = Field.of(String.valueOf(matcher.group("field"))).orElse(null);
    int at = find(index(step, number(matcher.group("item"))), field);
    if (at == NONE) {
      at = find(index(step, NONE), field);
    }
    if (at == NONE) {
      at = find(index(step, NONE), null);
    }
    return at == NONE ? Position.START : new Position(high(places[at]), low(places[at]));
  }

  private int find(long index, @Nullable Field field) {
    for (int i = 0; i < size; i++) {
      if (indexes[i] == index && fields[i] == field) {
        return i;
      }
    }
    return NONE;
  }

  private static int number(@Nullable String digits) {
    return digits == null ? NONE : Integer.parseInt(digits);
  }

  private static long index(int step, int item) {
    return pack(step, item + 1);
  }

  private static long pack(int high, int low) {
    return ((long) high << 32) | low;
  }

  private static int high(long packed) {
    return (int) (packed >> 32);
  }

  private static int low(long packed) {
    return (int) packed;
  }
}
