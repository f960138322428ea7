package dev.millrace.orchestrator.processor;

import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** The W3C trace context that passes from an input to all that it causes. */
final class TraceContext {
  private static final String TRACE_PARENT = "traceparent";
  private static final String TRACE_STATE = "tracestate";

  private TraceContext() {}

  /** The trace headers among a record's headers. */
  static Headers of(Headers headers) {
    Headers trace = new RecordHeaders();
    Header parent = headers.lastHeader(TRACE_PARENT);
    if (parent != null) {
      trace.add(parent);
      Header state = headers.lastHeader(TRACE_STATE);
      if (state != null) {
        trace.add(state);
      }
    }
    return trace;
  }
}
