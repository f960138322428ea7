package dev.millrace.worker.cache;

import dev.millrace.worker.StepContext;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a cache is made with; the builders say what each means.
 *
 * @param stepTypes none for all
 * @param key null for all that a handler is given
 */
record CacheSettings(
    Set<String> stepTypes,
    @Nullable Function<StepContext, String> key,
    Duration ttl,
    long maxBytes,
    int maxResultBytes) {
  /** Longest time that results may be kept. */
  static final Duration LONGEST_TTL = Duration.ofDays(30);

  /** Most memory that a cache may be allowed, in bytes. */
  static final long MOST_BYTES = 64L << 30;

  boolean isFor(String stepType) {
    return stepTypes.isEmpty() || stepTypes.contains(stepType);
  }

  Instant expiry(Instant now) {
    return now.plus(ttl);
  }

  static Duration checkedTtl(Duration ttl) {
    if (ttl.toMillis() < 1 || ttl.compareTo(LONGEST_TTL) > 0) {
      throw new IllegalArgumentException("ttl %s: must be 1 ms to %s".formatted(ttl, LONGEST_TTL));
    }
    return ttl;
  }

  static long checkedBytes(String what, long bytes, long most) {
    if (bytes < 1 || bytes > most) {
      throw new IllegalArgumentException(
          "%s %d: must be 1 to %d bytes".formatted(what, bytes, most));
    }
    return bytes;
  }
}
