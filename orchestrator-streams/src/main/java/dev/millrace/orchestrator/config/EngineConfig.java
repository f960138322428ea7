package dev.millrace.orchestrator.config;

import dev.millrace.orchestrator.flow.Tenants;
import dev.millrace.orchestrator.intake.IntakeSettings;
import dev.millrace.schemas.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.GroupProtocol;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.state.HostInfo;

/**
 * The engine's settings. Keys that start with {@code kafka.} go to Kafka Streams without that
 * prefix, those that start with {@code schema.registry.} to the registry client, and those that
 * start with {@code tenant.} are of one tenant; any other unknown key is refused. Immutable.
 */
public final class EngineConfig {
  public static final String BOOTSTRAP_SERVERS = "bootstrap.servers";
  public static final String SCHEMA_REGISTRY_URL = "schema.registry.url";
  public static final String TOPIC_PREFIX = "topic.prefix";
  public static final String APPLICATION_ID = "application.id";
  public static final String STATE_DIR = "state.dir";
  public static final String GUARANTEE = "guarantee";
  public static final String STREAM_THREADS = "stream.threads";
  public static final String COMMIT_INTERVAL_MS = "commit.interval.ms";
  public static final String RECORD_CACHE_BYTES = "record.cache.bytes";
  public static final String ROCKSDB_BYTES = "rocksdb.bytes";
  public static final String RETENTION_MS = "retention.ms";
  public static final String DEFINITION_WAIT_MS = "definition.wait.ms";
  public static final String CONTROL_WAIT_MS = "control.wait.ms";
  public static final String TIMER_TICK_MS = "timer.tick.ms";
  public static final String QUEUE_WINDOW = "queue.window";
  public static final String QUEUE_TARGET_MS = "queue.target.ms";
  public static final String JSON_QUEUES = "json.queues";
  public static final String LAG_INTERVAL_MS = "lag.interval.ms";
  public static final String INTAKE_OPEN_WORKFLOWS = "intake.open.workflows";
  public static final String INTAKE_STATE_BYTES = "intake.state.bytes";
  public static final String INTAKE_DISK_FREE_PERCENT = "intake.disk.free.percent";
  public static final String INTAKE_RESTORE_RECORDS = "intake.restore.records";
  public static final String INTAKE_RESUME_PERCENT = "intake.resume.percent";
  public static final String REPLICATION_FACTOR = "replication.factor";
  public static final String HTTP_HOST = "http.host";
  public static final String HTTP_PORT = "http.port";
  public static final String HTTP_ADVERTISED = "http.advertised";

  /** Prefix of keys that go to Kafka Streams and its clients. */
  public static final String KAFKA_PREFIX = "kafka.";

  /** Prefix of keys that go to the schema registry client, as they are or without it. */
  public static final String REGISTRY_PREFIX = "schema.registry.";

  /** Largest request of a producer: the largest record of the contract and its frame. */
  private static final int MAX_REQUEST_BYTES = 9 * 1024 * 1024;

  /** Largest batch of a producer for one partition. */
  private static final int BATCH_BYTES = 64 * 1024;

  /** A stream thread that dies cannot say so; its workflows stand still for this long. */
  private static final int SESSION_TIMEOUT_MS = 10_000;

  /** Of the registry's settings, those whose names start with the prefix themselves. */
  private static final String REGISTRY_TLS_PREFIX = REGISTRY_PREFIX + "ssl.";

  private final AbstractConfig values;
  private final Map<String, String> kafka = new HashMap<>();
  private final Map<String, String> registry = new HashMap<>();
  private final Tenants tenants;

  /**
   * Reads and checks settings.
   *
   * @throws ConfigException when one is unknown, missing or out of range; the message names it
   */
  public EngineConfig(Map<String, String> settings) {
    Map<String, String> own = new HashMap<>();
    TenantSettings ofTenants = new TenantSettings();
    settings.forEach(
        (key, value) -> {
          if (EngineKeys.ALL.names().contains(key)) {
            own.put(key, value);
          } else if (key.startsWith(TenantSettings.PREFIX)) {
            ofTenants.put(key, value);
          } else if (key.startsWith(KAFKA_PREFIX)) {
            putKafka(key.substring(KAFKA_PREFIX.length()), value);
          } else if (key.startsWith(REGISTRY_TLS_PREFIX)) {
            registry.put(key, value);
          } else if (key.startsWith(REGISTRY_PREFIX)) {
            registry.put(key.substring(REGISTRY_PREFIX.length()), value);
          } else {
            throw new ConfigException(
                "unknown setting '%s'; known are %s, and anything that starts with '%s', '%s' or '%s'"
                    .formatted(
                        key,
                        new TreeSet<>(EngineKeys.ALL.names()),
                        KAFKA_PREFIX,
                        REGISTRY_PREFIX,
                        TenantSettings.PREFIX));
          }
        });
    tenants = ofTenants.tenants();
    values = new AbstractConfig(EngineKeys.ALL, own, false);
    guarantee();
    topics();
    jsonQueues().forEach(EngineConfig::checkQueue);
    advertised();
  }

  /** The table of settings in Markdown. */
  public static String reference() {
    return SettingsTable.of(EngineKeys.ALL);
  }

  private void putKafka(String key, String value) {
    KafkaSettings.refusal(key)
        .ifPresent(
            reason -> {
              throw new ConfigException(
                  "setting '%s%s' cannot be passed on to Kafka Streams: %s; remove it"
                      .formatted(KAFKA_PREFIX, key, reason));
            });
    kafka.put(key, value);
  }

  public List<String> bootstrapServers() {
    return values.getList(BOOTSTRAP_SERVERS);
  }

  public String schemaRegistryUrl() {
    return values.getString(SCHEMA_REGISTRY_URL);
  }

  /** Settings for the schema registry client. */
  public Map<String, String> schemaRegistrySettings() {
    return Map.copyOf(registry);
  }

  public Topics topics() {
    return new Topics(values.getString(TOPIC_PREFIX));
  }

  public String applicationId() {
    return values.getString(APPLICATION_ID);
  }

  public Guarantee guarantee() {
    return Guarantee.of(values.getString(GUARANTEE));
  }

  public Duration retention() {
    return Duration.ofMillis(values.getLong(RETENTION_MS));
  }

  public Duration definitionWait() {
    return Duration.ofMillis(values.getLong(DEFINITION_WAIT_MS));
  }

  public Duration controlWait() {
    return Duration.ofMillis(values.getLong(CONTROL_WAIT_MS));
  }

  public Duration timerTick() {
    return Duration.ofMillis(values.getLong(TIMER_TICK_MS));
  }

  /** Most attempts of a queue that one stream task has open at once. */
  public int queueWindow() {
    return values.getInt(QUEUE_WINDOW);
  }

  /** How long commands are to wait for a worker. */
  public Duration queueTarget() {
    return Duration.ofMillis(values.getLong(QUEUE_TARGET_MS));
  }

  /** Queues whose commands are JSON. */
  public Set<String> jsonQueues() {
    return Set.copyOf(values.getList(JSON_QUEUES));
  }

  public Duration lagInterval() {
    return Duration.ofMillis(values.getLong(LAG_INTERVAL_MS));
  }

  /** What is set for tenants. */
  public Tenants tenants() {
    return tenants;
  }

  /** When new workflows are left in Kafka. */
  public IntakeSettings intake() {
    return new IntakeSettings(
        values.getLong(INTAKE_OPEN_WORKFLOWS),
        values.getLong(INTAKE_STATE_BYTES),
        values.getInt(INTAKE_DISK_FREE_PERCENT),
        values.getLong(INTAKE_RESTORE_RECORDS),
        values.getInt(INTAKE_RESUME_PERCENT));
  }

  private static void checkQueue(String queue) {
    try {
      Topics.checkQueue(queue);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(JSON_QUEUES, queue, e.getMessage());
    }
  }

  /** Heap for changes since the last commit, in bytes. */
  public long recordCacheBytes() {
    return values.getLong(RECORD_CACHE_BYTES);
  }

  /** Where Kafka Streams keeps the state of this application id. */
  public Path stateFolder() {
    return Path.of(values.getString(STATE_DIR), applicationId());
  }

  public String httpHost() {
    return values.getString(HTTP_HOST);
  }

  public int httpPort() {
    return values.getInt(HTTP_PORT);
  }

  /**
   * Where the other engines reach the HTTP server of this one.
   *
   * @param boundPort port that the server is bound to
   */
  public HostInfo httpAdvertised(int boundPort) {
    return advertised().at(boundPort);
  }

  private AdvertisedAddress advertised() {
    String setting = values.getString(HTTP_ADVERTISED);
    return setting.isEmpty()
        ? AdvertisedAddress.ofBound(httpHost())
        : AdvertisedAddress.parse(setting);
  }

  /** Settings for admin clients. */
  public Map<String, Object> adminSettings() {
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put(BOOTSTRAP_SERVERS, String.join(",", bootstrapServers()));
    return settings;
  }

  /** Settings for Kafka Streams. */
  public Map<String, Object> streamsSettings() {
    Map<String, Object> settings = new HashMap<>();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId());
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, String.join(",", bootstrapServers()));
    settings.put(StreamsConfig.STATE_DIR_CONFIG, values.getString(STATE_DIR));
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, values.getInt(STREAM_THREADS));
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, guarantee().streamsValue());
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, values.getInt(COMMIT_INTERVAL_MS));
    settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, values.getInt(REPLICATION_FACTOR));
    settings.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
    settings.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, SharedRocksDbMemory.class);
    settings.put(SharedRocksDbMemory.BYTES, values.getLong(ROCKSDB_BYTES));
    settings.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 1_000);
    // No order between the input topics is needed, so none is waited for: a completion that is read
    // before its start is refused, the start then sends the same command again.
    settings.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
    settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    // A busy stream thread batches by itself; Streams' default of 100 ms is 100 ms a hop.
    settings.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 0);
    // What comes while a request is under way goes together in the next: fewer, fuller requests.
    settings.put(
        StreamsConfig.producerPrefix(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION), 1);
    settings.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), BATCH_BYTES);
    settings.put(
        StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), MAX_REQUEST_BYTES);
    if (!kafka.containsKey(StreamsConfig.GROUP_PROTOCOL_CONFIG)) {
      settings.put(
          StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG),
          SESSION_TIMEOUT_MS);
    }
    // A client's setting without a prefix is meant for all clients, but ours with one would win.
    settings.keySet().removeIf(key -> kafka.containsKey(KafkaSettings.withoutPrefix(key)));
    settings.putAll(kafka);
    return settings;
  }

  /**
   * Whether Kafka Streams makes its main consumers itself, rather than take those of a supplier.
   */
  public boolean hasOwnConsumers() {
    String protocol = kafka.getOrDefault(StreamsConfig.GROUP_PROTOCOL_CONFIG, "");
    return protocol.equalsIgnoreCase(GroupProtocol.STREAMS.name());
  }

  /** Whether a member of the group that goes keeps its place for a while. */
  public boolean hasStaticMembership() {
    return kafka.keySet().stream()
        .map(KafkaSettings::withoutPrefix)
        .anyMatch(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG::equals);
  }
}
