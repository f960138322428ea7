package dev.millrace.worker.internal;

import dev.millrace.schemas.HeaderNames;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** W3C's trace context in the headers of a record, which anybody may have written. */
final class TraceParent {
  private static final int LONGEST = 128;

  /** Longest traceparent that is passed on, in bytes: as long as the engine's. */
  private static final int PASSED_PARENT_BYTES = 256;

  /** Longest tracestate that is passed on, in bytes: as long as the engine's. */
  private static final int PASSED_STATE_BYTES = 8 * 1024;

  /** Version, trace, span and flags; a version later than 00 may add more. */
  private static final Pattern WELL_FORMED =
      Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-[0-9a-zA-Z-]*)?");

  private TraceParent() {}

  /** The last header's value if it is well formed, else null. */
  static @Nullable String of(Headers headers) {
    Header header = headers.lastHeader(HeaderNames.TRACEPARENT);
    if (header == null || header.value() == null || header.value().length > LONGEST) {
      return null;
    }
    String value = new String(header.value(), StandardCharsets.ISO_8859_1);
    return WELL_FORMED.matcher(value).matches() ? value : null;
  }

  /**
   * Adds the trace context of one record to another. What is longer than the limits goes no
   * further: it would come on top of an output of the largest size.
   */
  static void pass(Headers from, Headers to) {
    Header parent = from.lastHeader(HeaderNames.TRACEPARENT);
    if (isWithin(parent, PASSED_PARENT_BYTES)) {
      to.add(parent);
      Header state = from.lastHeader(HeaderNames.TRACESTATE);
      if (isWithin(state, PASSED_STATE_BYTES)) {
        to.add(state);
      }
    }
  }

  private static boolean isWithin(@Nullable Header header, int bytes) {
    return header != null && header.value() != null && header.value().length <= bytes;
  }
}
