package dev.millrace.worker.http;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which headers a definition or a program may set, and which go along to another origin. */
final class Headers {
  /** Most headers of a request that its definition may set, values of lists counted one by one. */
  static final int MAX = 100;

  /** Longest value of a header, in characters. */
  static final int VALUE_CHARS = 8_192;

  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}");
  private static final Pattern VALUE = Pattern.compile("[\\t -~]*");

  /** What says where a message ends, to whom it goes and how it is packed is the client's own. */
  private static final Set<String> OF_CLIENT =
      Set.of(
          "accept-encoding",
          "connection",
          "content-encoding",
          "content-length",
          "expect",
          "host",
          "http2-settings",
          "keep-alive",
          "proxy-authorization",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  /** No credentials, whatever their values are. */
  private static final Set<String> HARMLESS =
      Set.of(
          "accept",
          "accept-language",
          "content-language",
          "content-type",
          "traceparent",
          "tracestate",
          "user-agent");

  private Headers() {}

  /** What is wrong with a header's name, or null. */
  static @Nullable String problemOfName(String name) {
    if (!NAME.matcher(name).matches()) {
      return "header '%s': must be a token of 1 to 100 characters".formatted(name);
    }
    return OF_CLIENT.contains(name.toLowerCase(Locale.ROOT))
        ? "header '%s': is set by the HTTP step itself".formatted(name)
        : null;
  }

  /** What is wrong with a header's value, or null; never says the value, it may be a secret. */
  static @Nullable String problemOfValue(String name, String value) {
    if (value.length() > VALUE_CHARS) {
      return "header '%s': %d characters, the limit is %d"
          .formatted(name, value.length(), VALUE_CHARS);
    }
    return VALUE.matcher(value).matches()
        ? null
        : "header '%s': must be visible ASCII, spaces and tabs".formatted(name);
  }

  /** Whether a header goes along when a redirect leads to another origin. */
  static boolean crossesOrigins(String name) {
    return HARMLESS.contains(name.toLowerCase(Locale.ROOT));
  }
}
