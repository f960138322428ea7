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

  int outputBytes() {
    return output == null ? 0 : output.data().length;
  }

  int weight() {
    return OVERHEAD_BYTES + outputBytes();
  }
}
