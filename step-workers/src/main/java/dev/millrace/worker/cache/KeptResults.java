package dev.millrace.worker.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Instant;
import java.util.Optional;

/** Results in memory, no more than so many bytes: what is used least goes first. Thread-safe. */
final class KeptResults {
  private final Cache<String, KeptResult> results;

  KeptResults(long maxBytes) {
    this.results =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .weigher((String key, KeptResult result) -> result.weight())
            .executor(Runnable::run)
            .build();
  }

  /** A result that has not expired by then. */
  Optional<KeptResult> get(String key, Instant now) {
    KeptResult result = results.getIfPresent(key);
    if (result == null) {
      return Optional.empty();
    }
    if (result.expires().isAfter(now)) {
      return Optional.of(result);
    }
    results.asMap().remove(key, result);
    return Optional.empty();
  }

  void put(String key, KeptResult result) {
    results.put(key, result);
  }

  void remove(String key) {
    results.invalidate(key);
  }
}
