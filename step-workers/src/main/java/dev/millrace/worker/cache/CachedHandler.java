package dev.millrace.worker.cache;

import dev.millrace.worker.Payload;
import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Gives a result that is kept, or calls the handler and keeps its success. Thread-safe. */
final class CachedHandler implements StepHandler {
  /** Where results are. */
  interface Results {
    Optional<KeptResult> get(String key, Instant now);

    void put(String key, @Nullable Payload output, Instant now);
  }

  private final StepHandler handler;
  private final CacheSettings settings;
  private final Results results;
  private final LongAdder hits;
  private final LongAdder misses;

  CachedHandler(
      StepHandler handler,
      CacheSettings settings,
      Results results,
      LongAdder hits,
      LongAdder misses) {
    this.handler = handler;
    this.settings = settings;
    this.results = results;
    this.hits = hits;
    this.misses = misses;
  }

  @Override
  public StepResult handle(StepContext context) throws Exception {
    if (context.hasItems()) {
      return handler.handle(context);
    }
    String key = ResultKey.of(context, settings.key());
    Optional<KeptResult> kept = results.get(key, context.clock().instant());
    if (kept.isPresent()) {
      hits.increment();
      return new StepResult.Succeeded(kept.get().output());
    }
    misses.increment();
    StepResult result = handler.handle(context);
    return result instanceof StepResult.Succeeded succeeded
        ? kept(key, succeeded, context)
        : result;
  }

  private StepResult kept(String key, StepResult.Succeeded succeeded, StepContext context) {
    Payload output;
    try {
      output = succeeded.output() == null ? null : context.write(succeeded.output());
    } catch (IllegalArgumentException e) {
      return succeeded; // the worker says why it cannot be written
    }
    if (output == null || output.data().length <= settings.maxResultBytes()) {
      results.put(key, output, context.clock().instant());
    }
    return new StepResult.Succeeded(output);
  }
}
