package dev.millrace.orchestrator.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.streams.KafkaStreams;
import org.jspecify.annotations.Nullable;

/**
 * The meters that an engine takes from Kafka Streams, with RocksDB and the clients. Used by the
 * thread that starts the engine, and then by the one that closes it.
 */
public final class BoundMeters implements AutoCloseable {
  /** How soon meters are seen that come with a task or a client. */
  private static final Duration REFRESH = Duration.ofSeconds(15);

  private final MeterRegistry registry;
  private final ScheduledExecutorService refresher =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("millrace-meters").factory());

  /** What lets go of each. */
  private final Deque<Runnable> bound = new ArrayDeque<>();

  /**
   * The meters of Kafka's parts.
   *
   * @param registry stays the caller's
   */
  public BoundMeters(MeterRegistry registry, KafkaStreams streams, Admin admin) {
    this.registry = registry;
    KafkaStreamsMetrics ofStreams =
        new KafkaStreamsMetrics(streams, Tags.empty(), refresher, REFRESH);
    ofStreams.bindTo(registry);
    bound.push(ofStreams::close);
    if (admin instanceof AdminClient client) {
      KafkaClientMetrics ofAdmin = new KafkaClientMetrics(client, Tags.empty(), refresher, REFRESH);
      ofAdmin.bindTo(registry);
      bound.push(ofAdmin::close);
    }
  }

  /** Where they are. */
  public MeterRegistry registry() {
    return registry;
  }

  /** Has something done when these are closed. */
  public void whenClosed(Runnable action) {
    bound.addLast(action);
  }

  /** Gives all meters in Prometheus' text format; null when the registry is of another kind. */
  public @Nullable Supplier<String> scrape() {
    return registry instanceof PrometheusMeterRegistry prometheus ? prometheus::scrape : null;
  }

  /** Takes the meters of Kafka's parts out of the registry. */
  @Override
  public void close() {
    refresher.shutdownNow();
    while (!bound.isEmpty()) {
      bound.pop().run();
    }
  }
}
