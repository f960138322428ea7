package dev.millrace.orchestrator.definition;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON in the one form in which definitions hold it: no white space, numbers as {@link
 * BigDecimal#toString} writes them. The same values have the same text. Stateless.
 */
final class JsonText {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
          .build();

  private JsonText() {}

  /**
   * The text of a value of maps with text keys, lists, texts, numbers, booleans and nulls. Maps
   * without an order of their own are written in the order of their keys.
   *
   * @throws IllegalArgumentException for anything else
   */
  static String of(@Nullable Object value) {
    StringBuilder out = new StringBuilder();
    append(out, value);
    return out.toString();
  }

  private static void append(StringBuilder out, @Nullable Object value) {
    switch (value) {
      case null -> out.append("null");
      case String text -> appendText(out, text);
      case Boolean truth -> out.append(truth);
      case Number number -> out.append(new BigDecimal(number.toString()));
      case List<?> items -> {
        out.append('[');
        for (int i = 0; i < items.size(); i++) {
          append(out.append(i == 0 ? "" : ","), items.get(i));
        }
        out.append(']');
      }
      case SequencedMap<?, ?> fields -> appendMap(out, fields);
      case Map<?, ?> fields -> appendMap(out, new TreeMap<>(fields));
      default ->
          throw new IllegalArgumentException(
              "%s is not JSON; use maps, lists, texts, numbers, booleans and null"
                  .formatted(value.getClass().getName()));
    }
  }

  private static void appendMap(StringBuilder out, Map<?, ?> fields) {
    out.append('{');
    String separator = "";
    for (Map.Entry<?, ?> field : fields.entrySet()) {
      out.append(separator);
      appendText(out, String.valueOf(field.getKey()));
      append(out.append(':'), field.getValue());
      separator = ",";
    }
    out.append('}');
  }

  /** A text in quotes; half of a surrogate pair is escaped, so that it outlasts UTF-8. */
  static void appendText(StringBuilder out, String text) {
    out.append('"');
    StringBuilder escaped = new StringBuilder(text.length() + 8);
    JsonStringEncoder.getInstance().quoteAsString(text, escaped);
    for (int i = 0; i < escaped.length(); i++) {
      char c = escaped.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < escaped.length()
          && Character.isLowSurrogate(escaped.charAt(i + 1))) {
        out.append(c).append(escaped.charAt(++i));
      } else if (Character.isSurrogate(c)) {
        out.append("\\u%04x".formatted((int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }

  /**
   * The value of a text: maps in its order, lists, texts, whole and decimal numbers of any size,
   * booleans, null.
   *
   * @throws IllegalArgumentException when it is not JSON
   */
  static @Nullable Object parse(String json) {
    try {
      return MAPPER.readValue(json, Object.class);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("not JSON: " + json, e);
    }
  }
}
