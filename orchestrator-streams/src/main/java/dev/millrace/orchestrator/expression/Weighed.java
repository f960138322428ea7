package dev.millrace.orchestrator.expression;

import dev.cel.common.values.CelByteString;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** A value that knows its size, so that nobody has to walk through it to bound the work on it. */
interface Weighed {
  /** How many characters of text count as much as one value. */
  int TEXT_UNIT = 8;

  /** The number of its values, itself and those within, and of its text by {@link #TEXT_UNIT}. */
  long weight();

  /**
   * The weight of any value of an expression.
   *
   * @throws NoValueException when it is nested too deep
   */
  static long of(Object value) {
    return of(value, 0);
  }

  private static long of(Object value, int depth) {
    if (value instanceof Weighed weighed) {
      return weighed.weight();
    }
    if (value instanceof String text) {
      return 1L + text.length() / TEXT_UNIT;
    }
    if (value instanceof CelByteString bytes) {
      return 1L + bytes.size() / TEXT_UNIT;
    }
    if (depth > ExpressionLimits.VALUE_DEPTH) {
      throw new NoValueException(
          "a value is nested deeper than %d; make it flatter"
              .formatted(ExpressionLimits.VALUE_DEPTH));
    }
    long weight = 1;
    if (value instanceof Collection<?> items) {
      for (Object item : items) {
        weight += of(item, depth + 1);
      }
    } else if (value instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        weight += of(entry.getKey(), depth + 1) + of(entry.getValue(), depth + 1);
      }
    } else if (value instanceof Optional<?> optional && optional.isPresent()) {
      weight += of(optional.get(), depth + 1);
    }
    return weight;
  }
}
