package dev.millrace.worker.cache;

import dev.millrace.worker.Payload;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a handler returned.
 *
 * @param output null if it returned nothing
 * @param expires when it is not given any more
 */
record KeptResult(@Nullable Payload output, Instant expires) {
  /** What an entry takes beside its output, in bytes: key, objects, the cache's own. */
  private static final int OVERHEAD_BYTES = 400;

  /** What it takes in memory, in bytes; a character of a content type may take two. */
  int weight() {
    return output == null
        ? OVERHEAD_BYTES
        : OVERHEAD_BYTES + output.data().length + 2 * output.contentType().length();
  }
}
