package dev.millrace.orchestrator.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The parameters behind the question mark of an address. */
final class QueryText {
  /** Tells an engine to answer from its own stores, so that questions are not passed in circles. */
  static final String LOCAL = "local";

  private QueryText() {}

  /** The parameters by name, to be changed at will. */
  static Map<String, String> read(@Nullable String rawQuery) {
    Map<String, String> query = new LinkedHashMap<>();
    if (rawQuery != null) {
      for (String pair : rawQuery.split("&", -1)) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        String value = equals < 0 ? "" : pair.substring(equals + 1);
        query.put(URLDecoder.decode(name, UTF_8), URLDecoder.decode(value, UTF_8));
      }
    }
    return query;
  }

  /** The same question, to be answered by the engine that is asked, with its question mark. */
  static String local(Map<String, String> query) {
    StringBuilder text = new StringBuilder("?" + LOCAL + "=true");
    query.forEach(
        (name, value) -> text.append('&').append(encoded(name)).append('=').append(encoded(value)));
    return text.toString();
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20");
  }

  /**
   * Takes a number away.
   *
   * @throws IllegalArgumentException when it is none, or out of its limits
   */
  static int takeNumber(Map<String, String> query, String name, int otherwise, int min, int max) {
    String written = query.remove(name);
    if (written == null) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(written);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("%s is '%s': no number".formatted(name, written), e);
    }
    throw new IllegalArgumentException(
        "%s is %s, allowed are %d to %d".formatted(name, written, min, max));
  }
}
