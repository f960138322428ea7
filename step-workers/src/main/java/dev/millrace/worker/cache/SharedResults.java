package dev.millrace.worker.cache;

import dev.millrace.schemas.Limits;
import dev.millrace.worker.Payload;
import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.spi.HandlerDecorator;
import dev.millrace.worker.spi.WarmUp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what handlers returned in a topic, for all workers that share it and over their restarts.
 * For pure handlers, as {@link ResultCache}, and with its rules. A worker is given it twice: {@code
 * worker.around(results).warmUp(results)}. Before the worker joins its group all of the topic is
 * read; from then on each worker follows what the others write.
 *
 * <p>To share is best effort: what cannot be written is a warning and no failure of the step; what
 * comes in and is malformed or too large is left out. Whoever may write the topic decides what
 * steps return, and whoever may read it sees the results, as they are and unencrypted.
 *
 * <p>Thread-safe. One object is for one worker; close it when that has stopped.
 */
public final class SharedResults implements HandlerDecorator, WarmUp, AutoCloseable {
  private final CacheSettings settings;
  private final KeptResults results;
  private final SharedTopic topic;
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();

  private SharedResults(String topic, CacheSettings settings) {
    this.settings = settings;
    this.results = new KeptResults(settings.maxBytes());
    this.topic = new SharedTopic(topic, settings, results, InstantSource.system());
  }

  /**
   * Shared results in a topic, which must exist: best with {@code cleanup.policy=compact,delete}
   * and a {@code retention.ms} of the time to live, so that what has expired goes.
   */
  public static Builder in(String topic) {
    return new Builder(topic);
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
            topic.checkIsRead();
            return results.get(key, now);
          }

          @Override
          public void put(String key, @Nullable Payload output, Instant now) {
            KeptResult result = new KeptResult(output, settings.expiry(now));
            results.put(key, result);
            topic.write(key, result);
          }
        },
        hits,
        misses);
  }

  /**
   * Reads the topic to its end.
   *
   * @throws IllegalStateException when the topic does not exist, or after an earlier call
   */
  @Override
  public void run(Clients clients) {
    topic.open(clients);
  }

  /** How many attempts were given a result that was kept. */
  public long hits() {
    return hits.sum();
  }

  /** How many attempts had their handler called, batches not counted. */
  public long misses() {
    return misses.sum();
  }

  /** Writes what is under way, for up to 5 seconds, and closes the connections. */
  @Override
  public void close() {
    topic.close();
  }

  /** Collects what shared results are made with. Not thread-safe. */
  public static final class Builder {
    private final String topic;
    private Set<String> stepTypes = Set.of();
    private @Nullable Function<StepContext, String> key;
    private Duration ttl = Duration.ofHours(1);
    private long maxBytes = 64L << 20;
    private int maxResultBytes = 64 * 1024;

    private Builder(String topic) {
      this.topic = Objects.requireNonNull(topic, "topic");
    }

    /** The step types whose handlers are pure; all unless set. */
    public Builder stepTypes(String... types) {
      this.stepTypes = Set.of(types);
      return this;
    }

    /** As {@link ResultCache.Builder#key}; all workers that share a topic must have the same. */
    public Builder key(Function<StepContext, String> part) {
      this.key = Objects.requireNonNull(part, "part");
      return this;
    }

    /**
     * How long a result is kept, by the clock of the worker that wrote it; an hour unless set, at
     * most 30 days.
     *
     * @throws IllegalArgumentException for what is out of bounds
     */
    public Builder ttl(Duration longest) {
      this.ttl = CacheSettings.checkedTtl(longest);
      return this;
    }

    /**
     * As {@link ResultCache.Builder#maxBytes}, for what this worker has of the topic in memory.
     *
     * @throws IllegalArgumentException for what is out of bounds
     */
    public Builder maxBytes(long bytes) {
      this.maxBytes = CacheSettings.checkedBytes("max bytes", bytes, CacheSettings.MOST_BYTES);
      return this;
    }

    /**
     * How large an output may be that is shared; 64 KiB unless set, at most {@link
     * Limits#PAYLOAD_BYTES} and what the topic takes. Larger ones are given back as ever, and not
     * kept.
     *
     * @throws IllegalArgumentException for what is out of bounds
     */
    public Builder maxResultBytes(int bytes) {
      this.maxResultBytes =
          (int) CacheSettings.checkedBytes("max result bytes", bytes, Limits.PAYLOAD_BYTES);
      return this;
    }

    /** The shared results, not read yet. */
    public SharedResults build() {
      return new SharedResults(
          topic, new CacheSettings(stepTypes, key, ttl, maxBytes, maxResultBytes));
    }
  }
}
