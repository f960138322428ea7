package dev.millrace.perf.workload;

import dev.millrace.orchestrator.config.Guarantee;
import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.SchemaRegistries;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.worker.Profile;
import dev.millrace.worker.Source;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import tools.jackson.databind.json.JsonMapper;

/**
 * What every process of one run has to know. Written as JSON by the controller, read by the others.
 *
 * @param installation what it runs on
 * @param workload name of the workload
 * @param inFlight how many workflows are kept running
 * @param extent how long
 * @param profile client settings
 * @param guarantee the engine's processing guarantee
 * @param partitions partitions of every topic
 * @param engineThreads stream threads, or consume-and-produce threads of the limit loop's engine
 * @param window most attempts of a queue that Millrace's engine has open in each partition
 * @param workerThreads consuming threads of the limit loop's worker
 * @param workers Millrace's workers
 */
public record RunPlan(
    Installation installation,
    String workload,
    int inFlight,
    Extent extent,
    Profile profile,
    Guarantee guarantee,
    int partitions,
    int engineThreads,
    int window,
    int workerThreads,
    Workers workers) {

  /**
   * Workers made with the SDK, all in one process.
   *
   * @param count how many
   * @param slots of each; 0 for as many as the profile has
   * @param shareGroup whether they share commands rather than partitions
   */
  public record Workers(int count, int slots, boolean shareGroup) {
    /** One, with everything as it is unless somebody sets it. */
    public static final Workers ONE = new Workers(1, 0, false);

    public Workers {
      requireWithin("workers", count, 1_000);
    }

    /** Where they get their commands from. */
    public Source source() {
      return shareGroup ? Source.shareGroup() : Source.consumerGroup();
    }
  }

  /**
   * What is there before the processes of a system start.
   *
   * @param bootstrapServers the broker
   * @param registryUrl the schema registry
   */
  public record Installation(String bootstrapServers, String registryUrl) {
    /** For a plan that is not run yet. */
    public static final Installation NONE = new Installation("", "");
  }

  /** The window that the engine has unless somebody sets another. */
  public static final int WINDOW = 10_000;

  /** Names of the topics of a run. */
  public static final Topics TOPICS = Topics.standard();

  private static final JsonMapper JSON = new JsonMapper();

  public RunPlan {
    requireWithin("in flight", inFlight, 1_000_000);
    requireWithin("partitions", partitions, 1_000);
    requireWithin("engine threads", engineThreads, partitions);
    requireWithin("window", window, 1_000_000);
    requireWithin("worker threads", workerThreads, partitions);
  }

  /** The plan in a file written by {@link #write}. */
  public static RunPlan read(Path file) {
    return JSON.readValue(file.toFile(), RunPlan.class);
  }

  public void write(Path file) {
    JSON.writeValue(file.toFile(), this);
  }

  /** The same plan on an installation. */
  public RunPlan on(Installation running) {
    return new RunPlan(
        running,
        workload,
        inFlight,
        extent,
        profile,
        guarantee,
        partitions,
        engineThreads,
        window,
        workerThreads,
        workers);
  }

  /** Settings of every producer of the run. */
  public Map<String, Object> producerConfig() {
    Map<String, Object> config = new HashMap<>(profile.producerSettings());
    config.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, installation.bootstrapServers());
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    return config;
  }

  /** Settings of every consumer of the run, but for its group. */
  public Map<String, Object> consumerConfig() {
    Map<String, Object> config = new HashMap<>(profile.consumerSettings());
    config.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, installation.bootstrapServers());
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    if (guarantee == Guarantee.EXACTLY_ONCE) {
      config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    }
    return config;
  }

  /** A connection to the schema registry of the run. */
  public SchemaRegistry connectRegistry() {
    return SchemaRegistries.connect(installation.registryUrl(), Map.of());
  }

  private static void requireWithin(String name, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException("%s %d: must be 1 to %d".formatted(name, value, most));
    }
  }
}
