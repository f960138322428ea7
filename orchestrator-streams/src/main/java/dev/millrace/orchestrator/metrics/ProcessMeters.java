package dev.millrace.orchestrator.metrics;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/**
 * The registry of a process that keeps its meters for Prometheus, with its memory, garbage
 * collection, threads, processors and files. Thread-safe.
 */
public final class ProcessMeters implements AutoCloseable {
  private final PrometheusMeterRegistry registry = new ScrapedRegistry(new ScrapeClock());
  private final JvmGcMetrics collections = new JvmGcMetrics();

  /**
   * Moves with each scrape alone. Timers ask it at each recording, only to know when their greatest
   * value is to be forgotten, and to read a real clock costs them more than all else.
   */
  private static final class ScrapeClock implements Clock {
    private volatile long nowMs = System.currentTimeMillis();

    void move() {
      nowMs = System.currentTimeMillis();
    }

    @Override
    public long wallTime() {
      return nowMs;
    }

    @Override
    public long monotonicTime() {
      return System.nanoTime();
    }
  }

  private static final class ScrapedRegistry extends PrometheusMeterRegistry {
    private final ScrapeClock scrapes;

    ScrapedRegistry(ScrapeClock clock) {
      super(PrometheusConfig.DEFAULT, new PrometheusRegistry(), clock);
      this.scrapes = clock;
    }

    @Override
    public String scrape() {
      scrapes.move();
      return super.scrape();
    }
  }

  public ProcessMeters() {
    collections.bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
  }

  public MeterRegistry registry() {
    return registry;
  }

  /** All meters in Prometheus' text format. */
  public String scrape() {
    return registry.scrape();
  }

  @Override
  public void close() {
    collections.close();
    registry.close();
  }
}
