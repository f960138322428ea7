package dev.millrace.worker.internal;

import dev.millrace.schemas.Limits;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.GroupProtocol;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.AbstractConfig;

/** Settings of a worker's Kafka clients: what the worker relies on, its profile, its user's own. */
public final class ClientSettings {
  private static final String CONSUMER = "consumer.";
  private static final String PRODUCER = "producer.";

  /** How long a record may wait for its acknowledgement before the worker stops. */
  private static final Duration DELIVERY_TIMEOUT = Duration.ofMinutes(5);

  /** Time without a heartbeat after which a worker's partitions go to others. */
  private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(15);

  private static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(3);

  /** A dead letter is a record of the largest size and its reason in headers. */
  private static final int REQUEST_BYTES = Limits.RECORD_BYTES + 64 * 1024;

  /** Where secrets come from: any client knows providers, and none their names. */
  private static final String CONFIG_PROVIDERS = AbstractConfig.CONFIG_PROVIDERS_CONFIG + ".";

  /** What the worker's promises rest on, so nobody else sets it. */
  private static final Set<String> OWNED =
      Set.of(
          CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
          CommonClientConfigs.CLIENT_ID_CONFIG,
          ConsumerConfig.GROUP_ID_CONFIG,
          ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
          ConsumerConfig.SHARE_ACKNOWLEDGEMENT_MODE_CONFIG,
          ConsumerConfig.SHARE_ACQUIRE_MODE_CONFIG,
          ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
          ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
          ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
          ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
          ProducerConfig.PARTITIONER_CLASS_CONFIG,
          ProducerConfig.PARTITIONER_IGNORE_KEYS_CONFIG,
          ProducerConfig.ACKS_CONFIG,
          ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
          ProducerConfig.TRANSACTIONAL_ID_CONFIG);

  private ClientSettings() {}

  /**
   * Refuses a setting that the worker's promises rest on.
   *
   * @throws IllegalArgumentException for such a setting
   */
  public static void check(String name) {
    String bare = name.substring(prefixOf(name).length());
    if (OWNED.contains(bare)) {
      throw new IllegalArgumentException(
          "client setting '%s': belongs to the worker and cannot be set".formatted(name));
    }
  }

  static Map<String, Object> consumer(WorkerSettings worker) {
    Map<String, Object> settings = new HashMap<>(worker.profile().consumerSettings());
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    settings.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
    settings.putAll(chosen(worker, CONSUMER, ConsumerConfig.configNames()));
    if (GroupProtocol.CLASSIC.name.equals(groupProtocol(settings))) {
      settings.putIfAbsent(
          ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
          CooperativeStickyAssignor.class.getName());
      settings.putIfAbsent(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, millis(SESSION_TIMEOUT));
      settings.putIfAbsent(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, millis(HEARTBEAT_INTERVAL));
    }
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, worker.group());
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    putCommon(settings, worker);
    return settings;
  }

  /**
   * Of a member of a share group.
   *
   * @param index of those of one worker
   * @param records how many it acquires at once
   */
  static Map<String, Object> shareConsumer(WorkerSettings worker, int index, int records) {
    Map<String, Object> settings = new HashMap<>(worker.profile().consumerSettings());
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    settings.putAll(chosen(worker, CONSUMER, ConsumerConfig.configNames()));
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, worker.group());
    settings.put(ConsumerConfig.SHARE_ACKNOWLEDGEMENT_MODE_CONFIG, "explicit");
    settings.put(ConsumerConfig.SHARE_ACQUIRE_MODE_CONFIG, "record_limit");
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, records);
    putCommon(settings, worker);
    settings.put(CommonClientConfigs.CLIENT_ID_CONFIG, worker.name() + "-" + index);
    return settings;
  }

  /** Of an administrator, which knows the consumer's settings but for those of reading. */
  static Map<String, Object> admin(WorkerSettings worker) {
    Map<String, Object> settings =
        new HashMap<>(chosen(worker, CONSUMER, ConsumerConfig.configNames()));
    settings
        .keySet()
        .removeIf(
            name ->
                !AdminClientConfig.configNames().contains(name)
                    && !name.startsWith(CONFIG_PROVIDERS));
    putCommon(settings, worker);
    return settings;
  }

  /**
   * Of a consumer that reads all of a topic without a group.
   *
   * @param purpose what follows the worker's name in its id
   * @param reset where it begins where it has not been told
   */
  static Map<String, Object> ungrouped(WorkerSettings worker, String purpose, String reset) {
    Map<String, Object> settings = consumer(worker);
    settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
    settings.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, reset);
    settings.put(CommonClientConfigs.CLIENT_ID_CONFIG, worker.name() + '-' + purpose);
    return settings;
  }

  /** Of a producer beside that of the completions. */
  static Map<String, Object> producer(WorkerSettings worker, String purpose) {
    Map<String, Object> settings = producer(worker);
    settings.put(CommonClientConfigs.CLIENT_ID_CONFIG, worker.name() + '-' + purpose);
    return settings;
  }

  static Map<String, Object> producer(WorkerSettings worker) {
    Map<String, Object> settings = new HashMap<>(worker.profile().producerSettings());
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, millis(DELIVERY_TIMEOUT));
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, millis(DELIVERY_TIMEOUT));
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, REQUEST_BYTES);
    settings.putAll(chosen(worker, PRODUCER, ProducerConfig.configNames()));
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    putCommon(settings, worker);
    return settings;
  }

  private static void putCommon(Map<String, Object> settings, WorkerSettings worker) {
    settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, worker.bootstrapServers());
    settings.put(CommonClientConfigs.CLIENT_ID_CONFIG, worker.name());
  }

  /** The user's settings that are for one client: by prefix, else by whether it knows the name. */
  private static Map<String, String> chosen(
      WorkerSettings worker, String ownPrefix, Set<String> known) {
    Map<String, String> chosen = new HashMap<>();
    worker
        .clientSettings()
        .forEach(
            (name, value) -> {
              if (prefixOf(name).isEmpty() && (known.contains(name) || !knownToAny(name))) {
                chosen.put(name, value);
              }
            });
    worker
        .clientSettings()
        .forEach(
            (name, value) -> {
              if (prefixOf(name).equals(ownPrefix)) {
                chosen.put(name.substring(ownPrefix.length()), value);
              }
            });
    return chosen;
  }

  private static boolean knownToAny(String name) {
    return ConsumerConfig.configNames().contains(name)
        || ProducerConfig.configNames().contains(name);
  }

  private static String prefixOf(String name) {
    if (name.startsWith(CONSUMER)) {
      return CONSUMER;
    }
    return name.startsWith(PRODUCER) ? PRODUCER : "";
  }

  private static String groupProtocol(Map<String, Object> settings) {
    return String.valueOf(settings.get(ConsumerConfig.GROUP_PROTOCOL_CONFIG))
        .toUpperCase(Locale.ROOT);
  }

  private static int millis(Duration duration) {
    return Math.toIntExact(duration.toMillis());
  }
}
