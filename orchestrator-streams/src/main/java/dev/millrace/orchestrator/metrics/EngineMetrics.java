package dev.millrace.orchestrator.metrics;

import dev.millrace.orchestrator.flow.QueueReport;
import dev.millrace.orchestrator.flow.QueueState;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToLongFunction;

/** The engine's counters and gauges. Thread-safe. */
public final class EngineMetrics {
  /** Most queues with gauges of their own; those that come later have none. */
  public static final int QUEUES = 200;

  private final MeterRegistry registry;
  private final QueueReport queues = new QueueReport(this::addGauges);
  private final AtomicInteger gauged = new AtomicInteger();
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

  /** Where stream tasks say how things stand at the queues, for gauges and for whoever asks. */
  public QueueReport queueReport() {
    return queues;
  }

  private void addGauges(String queue) {
    if (gauged.incrementAndGet() <= QUEUES) {
      gauge("millrace.queue.held", queue, QueueState::held, "Steps that wait for the queue.");
      gauge("millrace.queue.open", queue, QueueState::open, "Attempts that are open.");
      gauge("millrace.queue.window", queue, QueueState::window, "Most that may be open at once.");
    }
  }

  private void gauge(
      String name, String queue, ToLongFunction<QueueState> value, String description) {
    Gauge.builder(name, queues, all -> all.queue(queue).map(value::applyAsLong).orElse(0L))
        .tag("queue", queue)
        .description(description)
        .register(registry);
  }

  private Counter counter(Map<String, Counter> counters, String name, String code) {
    return counters.computeIfAbsent(
        code, each -> Counter.builder(name).tag("code", each).register(registry));
  }
}
