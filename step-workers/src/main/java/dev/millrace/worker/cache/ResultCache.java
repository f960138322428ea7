package dev.millrace.worker.cache;

import dev.millrace.schemas.Limits;
import dev.millrace.worker.Payload;
import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.spi.HandlerDecorator;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what handlers returned in the memory of this worker, and gives it again for the same input,
 * for {@link dev.millrace.worker.WorkerBuilder#around}. For handlers that return the same whenever
 * they are given the same, and have no effects: a handler whose result is kept is not called.
 *
 * <p>Only successes are kept, and none of batches. Attempts of the same input that run at once are
 * all run. Tenants do not see each other's results. Thread-safe.
 */
public final class ResultCache implements HandlerDecorator {
  private final CacheSettings settings;
  private final KeptResults results;
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();

  private ResultCache(CacheSettings settings) {
    this.settings = settings;
    this.results = new KeptResults(settings.maxBytes());
  }

  /**
   * A cache for these step types; without any, for all.
   *
   * @param stepTypes those whose handlers are pure
   */
  public static Builder of(String... stepTypes) {
    return new Builder(Set.of(stepTypes));
  }

  @Override
  public StepHandler around(String stepType, StepHandler handler) {
    if (!settings.isFor(stepType)) {
      return handler;
    }
    return new CachedHandler(
        handler,
        settings,
        new CachedHandler.Results() {
          @Override
          public Optional<KeptResult> get(String key, Instant now) {
            return results.get(key, now);
          }

          @Override
          public void put(String key, @Nullable Payload output, Instant now) {
            results.put(key, new KeptResult(output, settings.expiry(now)));
          }
        },
        hits,
        misses);
  }

  /** How many attempts were given a result that was kept. */
  public long hits() {
    return hits.sum();
  }

  /** How many attempts had their handler called, batches not counted. */
  public long misses() {
    return misses.sum();
  }

  /** Collects what a cache is made with. Not thread-safe. */
  public static final class Builder {
    private final Set<String> stepTypes;
    private @Nullable Function<StepContext, String> key;
    private Duration ttl = Duration.ofMinutes(10);
    private long maxBytes = 64L << 20;

    private Builder(Set<String> stepTypes) {
      this.stepTypes = stepTypes;
    }

    /**
     * What a result depends on; unless set all that the handler is given: its input and the outputs
     * of the steps that it depends on, byte by byte. Tenant and step type always belong to it.
     */
    public Builder key(Function<StepContext, String> part) {
      this.key = Objects.requireNonNull(part, "part");
      return this;
    }

    /**
     * How long a result is kept; 10 minutes unless set, at most 30 days.
     *
     * @throws IllegalArgumentException for what is out of bounds
     */
    public Builder ttl(Duration longest) {
      this.ttl = CacheSettings.checkedTtl(longest);
      return this;
    }

    /**
     * How much memory the results may take together, some 400 bytes for each included; 64 MiB
     * unless set. Beyond it, those that are used least are dropped.
     *
     * @throws IllegalArgumentException for what is out of bounds
     */
    public Builder maxBytes(long bytes) {
      this.maxBytes = CacheSettings.checkedBytes("max bytes", bytes, CacheSettings.MOST_BYTES);
      return this;
    }

    /** The cache, empty. */
    public ResultCache build() {
      return new ResultCache(
          new CacheSettings(stepTypes, key, ttl, maxBytes, Limits.PAYLOAD_BYTES));
    }
  }
}
