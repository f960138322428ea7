package dev.millrace.perf.workload;

import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;

/** Producer settings of every client of a run, by what they are tuned for. */
public enum Profile {
  /** Sends at once; a busy client batches by itself. */
  LATENCY,
  /** Waits a little for fuller batches and compresses them. */
  THROUGHPUT,
  /** Sends at once, with little memory. */
  SMALL;

  Map<String, Object> producer() {
    return switch (this) {
      case LATENCY -> Map.of(ProducerConfig.LINGER_MS_CONFIG, 0);
      case THROUGHPUT ->
          Map.of(
              ProducerConfig.LINGER_MS_CONFIG,
              5,
              ProducerConfig.BATCH_SIZE_CONFIG,
              64 * 1024,
              ProducerConfig.COMPRESSION_TYPE_CONFIG,
              "lz4");
      case SMALL ->
          Map.of(
              ProducerConfig.LINGER_MS_CONFIG,
              0,
              ProducerConfig.BUFFER_MEMORY_CONFIG,
              4 * 1024 * 1024);
    };
  }

  /** Name in options and configuration. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
