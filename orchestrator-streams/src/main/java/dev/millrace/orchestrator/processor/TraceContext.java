package dev.millrace.orchestrator.processor;

import dev.millrace.schemas.HeaderNames;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * The W3C trace context that passes from an input to all that it causes. What is longer than the
 * limits goes no further: it would come on top of outputs of the largest size.
 */
final class TraceContext {
  /** Longest traceparent in bytes; version 00 has 55. */
  static final int PARENT_BYTES = 256;

  /** Longest tracestate in bytes; the standard asks for 512 at least. */
  static final int STATE_BYTES = 8 * 1024;

  private TraceContext() {}

  /** The trace headers among a record's headers. */
  static Headers of(Headers headers) {
    Headers trace = new RecordHeaders();
    Header parent = headers.lastHeader(HeaderNames.TRACEPARENT);
    if (isWithin(parent, PARENT_BYTES)) {
      trace.add(parent);
      Header state = headers.lastHeader(HeaderNames.TRACESTATE);
      if (isWithin(state, STATE_BYTES)) {
        trace.add(state);
      }
    }
    return trace;
  }

  private static boolean isWithin(@Nullable Header header, int bytes) {
    return header != null && header.value() != null && header.value().length <= bytes;
  }
}
