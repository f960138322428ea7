package dev.millrace.orchestrator.config;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;

/**
 * Which settings of Kafka Streams and its clients are not the user's to choose. A client's setting
 * is refused in all its forms: bare, and with any prefix that Kafka Streams knows. Stateless.
 */
final class KafkaSettings {
  private static final List<String> CLIENT_PREFIXES =
      List.of(
          StreamsConfig.CONSUMER_PREFIX,
          StreamsConfig.MAIN_CONSUMER_PREFIX,
          StreamsConfig.RESTORE_CONSUMER_PREFIX,
          StreamsConfig.GLOBAL_CONSUMER_PREFIX,
          StreamsConfig.PRODUCER_PREFIX,
          StreamsConfig.ADMIN_CLIENT_PREFIX);

  /** What a setting of ours says already. */
  private static final Set<String> SAID_BY_OURS =
      Set.of(
          StreamsConfig.APPLICATION_ID_CONFIG,
          StreamsConfig.APPLICATION_SERVER_CONFIG,
          StreamsConfig.BOOTSTRAP_SERVERS_CONFIG,
          StreamsConfig.COMMIT_INTERVAL_MS_CONFIG,
          StreamsConfig.NUM_STREAM_THREADS_CONFIG,
          StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
          StreamsConfig.REPLICATION_FACTOR_CONFIG,
          StreamsConfig.STATE_DIR_CONFIG,
          StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG,
          "cache.max.bytes.buffering",
          ConsumerConfig.GROUP_ID_CONFIG);

  /** An output or input that fails must stop its thread; a handler could pass over it. */
  private static final Set<String> HANDLERS =
      Set.of(
          StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG,
          "default.deserialization.exception.handler",
          StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG,
          "default.production.exception.handler",
          StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG,
          "processing.exception.handler.global.enabled",
          StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG);

  /** What acknowledged outputs, one producer a stream thread and an input read once rest on. */
  private static final Set<String> GUARANTEES =
      Set.of(
          ProducerConfig.ACKS_CONFIG,
          ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
          ProducerConfig.TRANSACTIONAL_ID_CONFIG,
          ProducerConfig.TRANSACTION_TWO_PHASE_COMMIT_ENABLE_CONFIG,
          // A record of a workflow in another partition is out of order.
          ProducerConfig.PARTITIONER_CLASS_CONFIG,
          ProducerConfig.PARTITIONER_IGNORE_KEYS_CONFIG,
          ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
          ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
          ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
          ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
          // A start that is skipped is never read again, nor one whose offset is committed early.
          ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
          ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
          // Clients and processors of somebody else's, past which nothing is counted.
          StreamsConfig.DEFAULT_CLIENT_SUPPLIER_CONFIG,
          StreamsConfig.PROCESSOR_WRAPPER_CLASS_CONFIG,
          // State whose changelog forgets cannot be restored.
          StreamsConfig.TOPIC_PREFIX + TopicConfig.CLEANUP_POLICY_CONFIG);

  /** Switches that Kafka Streams keeps to itself; one takes processing off the stream threads. */
  private static final List<String> INTERNAL = List.of("__", "internal.");

  private KafkaSettings() {}

  /** Why a setting cannot be passed on; empty when it can. */
  static Optional<String> refusal(String key) {
    String bare = withoutPrefix(key);
    if (SAID_BY_OURS.contains(bare)) {
      return Optional.of("a setting of the engine's own says it; see docs/CONFIGURATION.md");
    }
    if (HANDLERS.contains(bare)) {
      return Optional.of(
          "a record that fails must stop its stream thread, or a step would be lost; what cannot be"
              + " read goes to the dead letters anyway");
    }
    if (GUARANTEES.contains(bare)) {
      return Optional.of("the engine's guarantees rest on it");
    }
    if (bare.equals(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG)) {
      return Optional.of(
          "a task would wait for the starts that the intake leaves in Kafka, and take no completion"
              + " meanwhile");
    }
    return INTERNAL.stream().anyMatch(bare::startsWith)
        ? Optional.of("it is internal to Kafka Streams")
        : Optional.empty();
  }

  /** The name of a client's setting; any other key as it is. */
  static String withoutPrefix(String key) {
    return CLIENT_PREFIXES.stream()
        .filter(key::startsWith)
        .findFirst()
        .map(prefix -> key.substring(prefix.length()))
        .orElse(key);
  }
}
