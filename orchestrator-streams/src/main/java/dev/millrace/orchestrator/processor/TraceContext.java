package dev.millrace.orchestrator.processor;

import dev.millrace.schemas.HeaderNames;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** The W3C trace context that passes from an input to all that it causes. */
final class TraceContext {
  private TraceContext() {}

  /** The trace headers among a record's headers. */
  static Headers of(Headers headers) {
    Headers trace = new RecordHeaders();
    Header parent = headers.lastHeader(HeaderNames.TRACEPARENT);
    if (parent != null) {
      trace.add(parent);
      Header state = headers.lastHeader(HeaderNames.TRACESTATE);
      if (state != null) {
        trace.add(state);
      }
    }
    return trace;
  }
}
