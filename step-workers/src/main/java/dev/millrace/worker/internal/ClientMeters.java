package dev.millrace.worker.internal;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;

/**
 * The meters of a worker's Kafka clients, where somebody wants to know; share consumers have none.
 * Not thread-safe.
 */
final class ClientMeters implements AutoCloseable {
  /** Consumer and producer of a worker have the same client id. */
  private static final String ROLE = "role";

  private final WorkerSettings settings;
  private final List<KafkaClientMetrics> bound = new ArrayList<>();

  ClientMeters(WorkerSettings settings) {
    this.settings = settings;
  }

  void add(Consumer<?, ?> consumer) {
    if (settings.isMetered()) {
      bind(new KafkaClientMetrics(consumer, Tags.of(ROLE, "consumer")));
    }
  }

  void add(Producer<?, ?> producer) {
    if (settings.isMetered()) {
      bind(new KafkaClientMetrics(producer, Tags.of(ROLE, "producer")));
    }
  }

  private void bind(KafkaClientMetrics client) {
    bound.add(client);
    client.bindTo(settings.meters());
  }

  /** Takes them out of the registry. */
  @Override
  public void close() {
    bound.forEach(KafkaClientMetrics::close);
    bound.clear();
  }
}
