package dev.millrace.worker.internal;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the broker keeps for a share group.
 *
 * @param deliveries how many times a record is delivered; when the last of them ends without an
 *     acknowledgement, the broker drops it
 */
record ShareGroupSettings(int deliveries) {
  private static final Logger LOG = LoggerFactory.getLogger(ShareGroupSettings.class);

  /** Kafka's default is {@code latest}, which leaves out what was there before the first worker. */
  private static final String START = "share.auto.offset.reset";

  private static final String EARLIEST = "earliest";
  private static final String DELIVERIES = "share.delivery.count.limit";
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /**
   * Reads the settings of a worker's group, and has it begin at the beginning of the topic unless
   * somebody has chosen where.
   *
   * @throws IllegalStateException when the queue has workers in its consumer group, or the broker
   *     refuses or does not answer
   */
  static ShareGroupSettings prepare(WorkerSettings worker) {
    ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, worker.group());
    try (Admin admin = Admin.create(ClientSettings.admin(worker))) {
      checkConsumerGroup(worker, admin);
      Config current =
          Objects.requireNonNull(admin.describeConfigs(List.of(group)).values().get(group))
              .get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      if (entry(current, START).source() != ConfigEntry.ConfigSource.DYNAMIC_GROUP_CONFIG) {
        AlterConfigOp toEarliest =
            new AlterConfigOp(new ConfigEntry(START, EARLIEST), AlterConfigOp.OpType.SET);
        admin
            .incrementalAlterConfigs(Map.of(group, List.of(toEarliest)))
            .all()
            .get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      }
      return new ShareGroupSettings(Integer.parseInt(entry(current, DELIVERIES).value()));
    } catch (ExecutionException e) {
      throw refused(worker, String.valueOf(e.getCause()), e);
    } catch (TimeoutException e) {
      throw refused(worker, "no answer within " + TIMEOUT, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw refused(worker, "interrupted", e);
    }
  }

  /** Both groups get every command, so together they run each of them twice. */
  private static void checkConsumerGroup(WorkerSettings worker, Admin admin)
      throws ExecutionException, InterruptedException, TimeoutException {
    String name = worker.consumerGroup();
    int members;
    try {
      members =
          Objects.requireNonNull(
                  admin.describeConsumerGroups(List.of(name)).describedGroups().get(name))
              .get(TIMEOUT.toSeconds(), TimeUnit.SECONDS)
              .members()
              .size();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof GroupIdNotFoundException) {
        return;
      } else if (e.getCause() instanceof GroupAuthorizationException) {
        LOG.info("may not look whether the queue has workers in consumer group '{}'", name);
        return;
      }
      throw e;
    }
    if (members > 0) {
      throw new IllegalStateException(
          "queue '%s' has %d workers in consumer group '%s', and each command would run in a share group too: stop them first, and wait 15 seconds if they were killed"
              .formatted(worker.queue(), members, name));
    }
  }

  private static ConfigEntry entry(Config config, String name) {
    ConfigEntry entry = config.get(name);
    if (entry == null) {
      throw new IllegalStateException(
          "the broker has no setting %s for groups: share groups need Kafka 4.2 or newer"
              .formatted(name));
    }
    return entry;
  }

  private static IllegalStateException refused(WorkerSettings worker, String why, Exception cause) {
    return new IllegalStateException(
        "share group '%s' at %s: %s cannot be read or set to %s (%s): allow the worker DESCRIBE_CONFIGS and ALTER_CONFIGS of the group, on brokers with Kafka 4.2 or newer"
            .formatted(worker.group(), worker.bootstrapServers(), START, EARLIEST, why),
        cause);
  }
}
