package dev.millrace.orchestrator.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The engine's counters. Thread-safe. */
public final class EngineMetrics {
  private final MeterRegistry registry;
  private final Counter evictions;
  private final Map<String, Counter> deadLetters = new ConcurrentHashMap<>();
  private final Map<String, Counter> refusals = new ConcurrentHashMap<>();
  private final Map<String, Counter> results = new ConcurrentHashMap<>();

  public EngineMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.evictions = registry.counter("millrace.record.cache.evictions");
  }

  /** A record went to the dead letters. */
  public void deadLetter(String code) {
    counter(deadLetters, "millrace.dead.letters", code).increment();
  }

  /** An input changed nothing, as is normal under at-least-once delivery. */
  public void refused(String code) {
    counter(refusals, "millrace.inputs.refused", code).increment();
  }

  /**
   * Something came of a result cache.
   *
   * @param code {@code hit}: a result was taken; {@code miss}: there was none; {@code kept}; {@code
   *     too-large}, {@code full}: it was not kept
   */
  public void result(String code) {
    counter(results, "millrace.step.results", code).increment();
  }

  /** Changed workflows were pushed out of the record cache before their commit. */
  public void evicted(long changes) {
    evictions.increment((double) changes);
  }

  private Counter counter(Map<String, Counter> counters, String name, String code) {
    return counters.computeIfAbsent(
        code, each -> Counter.builder(name).tag("code", each).register(registry));
  }
}
