package dev.millrace.orchestrator.processor;

import dev.millrace.orchestrator.codec.InputSource;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * What an input came with.
 *
 * @param source its topic; null for a timer
 * @param offset its offset; -1 for a timer
 * @param headers its headers, of which the trace context goes on to what it causes
 */
record Cause(@Nullable InputSource source, long offset, Headers headers) {
  static final Cause TIMER = new Cause(null, -1, new RecordHeaders());
}
