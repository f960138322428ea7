package dev.millrace.perf.workload;

import dev.millrace.schemas.Topics;
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
 * @param bootstrapServers the broker; empty until it runs
 * @param workload name of the workload
 * @param inFlight how many workflows are kept running
 * @param extent how long
 * @param profile client settings
 * @param guarantee the engine's processing guarantee
 * @param partitions partitions of every topic
 * @param engineThreads stream threads, or consume-and-produce threads of the limit loop's engine
 * @param workerThreads consuming threads of the limit loop's worker
 */
public record RunPlan(
    String bootstrapServers,
    String workload,
    int inFlight,
    Extent extent,
    Profile profile,
    Guarantee guarantee,
    int partitions,
    int engineThreads,
    int workerThreads) {

  /** Names of the topics of a run. */
  public static final Topics TOPICS = Topics.standard();

  /** Records that one poll gives at most; Streams' own default, set for all so that it is fair. */
  private static final int POLL_RECORDS = 1_000;

  private static final JsonMapper JSON = new JsonMapper();

  public RunPlan {
    requireWithin("in flight", inFlight, 1_000_000);
    requireWithin("partitions", partitions, 1_000);
    requireWithin("engine threads", engineThreads, partitions);
    requireWithin("worker threads", workerThreads, partitions);
  }

  /** The plan in a file written by {@link #write}. */
  public static RunPlan read(Path file) {
    return JSON.readValue(file.toFile(), RunPlan.class);
  }

  public void write(Path file) {
    JSON.writeValue(file.toFile(), this);
  }

  /** The same plan with a broker that runs. */
  public RunPlan on(String broker) {
    return new RunPlan(
        broker,
        workload,
        inFlight,
        extent,
        profile,
        guarantee,
        partitions,
        engineThreads,
        workerThreads);
  }

  /** Settings of every producer of the run. */
  public Map<String, Object> producerConfig() {
    Map<String, Object> config = new HashMap<>(profile.producer());
    config.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    return config;
  }

  /** Settings of every consumer of the run, but for its group. */
  public Map<String, Object> consumerConfig() {
    Map<String, Object> config = new HashMap<>();
    config.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, POLL_RECORDS);
    return config;
  }

  private static void requireWithin(String name, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException("%s %d: must be 1 to %d".formatted(name, value, most));
    }
  }
}
