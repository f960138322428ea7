package dev.millrace.orchestrator.processor;

import dev.millrace.orchestrator.codec.DecodedControl;
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
 * @param origin who asked for it, if it is a control
 * @param isWhole whether nothing more is to be done for it, so that it must not be applied again
 */
record Cause(
    @Nullable InputSource source,
    long offset,
    Headers headers,
    DecodedControl.Origin origin,
    boolean isWhole) {
  static final Cause TIMER = new Cause(null, -1, new RecordHeaders());

  /** Of an input that nobody asked for, or of which that is not known yet. */
  Cause(@Nullable InputSource source, long offset, Headers headers) {
    this(source, offset, headers, DecodedControl.Origin.NONE, true);
  }

  /** The same, asked for by somebody. */
  Cause by(DecodedControl.Origin somebody) {
    return new Cause(source, offset, headers, somebody, isWhole);
  }

  /** The same input, of which this is only the first part. */
  Cause inPart() {
    return new Cause(source, offset, headers, origin, false);
  }
}
