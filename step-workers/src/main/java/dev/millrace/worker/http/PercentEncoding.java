package dev.millrace.worker.http;

import java.nio.charset.StandardCharsets;
import java.util.function.IntPredicate;

/** Writes text with {@code %} and two digits in place of each byte that may not stand as it is. */
final class PercentEncoding {
  private static final String MARKS = "-._~";

  private PercentEncoding() {}

  /** Text as a name or value in a query. */
  static String ofQuery(String text) {
    return encode(
        text,
        c ->
            (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || MARKS.indexOf(c) >= 0);
  }

  /** Text as the value of a header: what is visible in ASCII stays, but for the sign itself. */
  static String ofHeader(String text) {
    return encode(text, c -> c > ' ' && c <= '~' && c != '%');
  }

  private static String encode(String text, IntPredicate kept) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    StringBuilder encoded = new StringBuilder(bytes.length);
    for (byte b : bytes) {
      if (kept.test(b)) {
        encoded.append((char) b);
      } else {
        encoded.append('%');
        encoded.append(Character.toUpperCase(Character.forDigit((b >> 4) & 0xf, 16)));
        encoded.append(Character.toUpperCase(Character.forDigit(b & 0xf, 16)));
      }
    }
    return encoded.toString();
  }
}
