package dev.millrace.orchestrator.topics;

import dev.millrace.orchestrator.topics.TopicSpec.Partitioning;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import org.apache.kafka.common.config.TopicConfig;
import org.jspecify.annotations.Nullable;

/**
 * All topics of one installation. What the builder is not told is left to the topics that exist, so
 * that a plan with nothing but a prefix checks an installation without knowing how it was sized.
 *
 * @param topics the topics, the co-partitioned ones first
 * @param replicationFactor replicas of each partition; empty leaves it to the brokers' default and
 *     to the topics that exist
 */
public record TopicPlan(List<TopicSpec> topics, Optional<Short> replicationFactor) {
  /** Partitions of the co-partitioned topics when they are new and nobody said how many. */
  public static final int DEFAULT_PARTITIONS = 12;

  /** Most partitions of one topic. */
  public static final int PARTITIONS_MAX = 10_000;

  /** How long inputs, commands and completions are kept: as long as an outage may last. */
  public static final Duration INPUT_RETENTION = Duration.ofDays(7);

  /** How long events are kept. */
  public static final Duration EVENT_RETENTION = Duration.ofDays(30);

  /** How long dead letters are kept: as long as somebody may take to look. */
  public static final Duration DEAD_LETTER_RETENTION = Duration.ofDays(30);

  /** How long cancellations are kept: who was away for longer runs nothing of them any more. */
  public static final Duration CANCELLATION_RETENTION = Duration.ofHours(1);

  public TopicPlan {
    topics = List.copyOf(topics);
  }

  public static Builder builder(Topics names) {
    return new Builder(names);
  }

  /** What is known about the installation. Not thread-safe. */
  public static final class Builder {
    private final Topics names;
    private final TreeSet<String> queues = new TreeSet<>();
    private OptionalInt partitions = OptionalInt.empty();
    private OptionalInt commandPartitions = OptionalInt.empty();
    private Optional<Short> replicationFactor = Optional.empty();
    private @Nullable Duration inputRetention;
    private @Nullable Duration eventRetention;
    private @Nullable Duration deadLetterRetention;

    private Builder(Topics names) {
      this.names = names;
    }

    /**
     * Partitions of the co-partitioned topics, 1 to {@value TopicPlan#PARTITIONS_MAX}. It can never
     * be changed later: a workflow would be looked for in another partition than it is in.
     */
    public Builder partitions(int count) {
      this.partitions = OptionalInt.of(checkCount("partitions", count));
      return this;
    }

    /** Partitions of each command topic, at least; 1 to {@value TopicPlan#PARTITIONS_MAX}. */
    public Builder commandPartitions(int count) {
      this.commandPartitions = OptionalInt.of(checkCount("command partitions", count));
      return this;
    }

    /** Replicas of each partition; from 3 on, new topics get min.insync.replicas 2. */
    public Builder replicationFactor(int replicas) {
      if (replicas < 1 || replicas > Short.MAX_VALUE) {
        throw new IllegalArgumentException(
            "replication factor %d: must be 1 to %d".formatted(replicas, Short.MAX_VALUE));
      }
      this.replicationFactor = Optional.of((short) replicas);
      return this;
    }

    /**
     * Worker queues, each with a command topic of its own.
     *
     * @throws IllegalArgumentException as {@link Topics#checkQueue}
     */
    public Builder queues(Collection<String> names) {
      for (String queue : names) {
        Topics.checkQueue(queue);
        queues.add(queue);
      }
      return this;
    }

    /** How long starts, controls, schedules, commands and completions are kept. */
    public Builder inputRetention(Duration retention) {
      this.inputRetention = checkRetention("input retention", retention);
      return this;
    }

    /** How long the event log is kept. */
    public Builder eventRetention(Duration retention) {
      this.eventRetention = checkRetention("event retention", retention);
      return this;
    }

    /** How long dead letters are kept. */
    public Builder deadLetterRetention(Duration retention) {
      this.deadLetterRetention = checkRetention("dead letter retention", retention);
      return this;
    }

    public TopicPlan build() {
      TopicConfigRule input = retention(inputRetention, INPUT_RETENTION);
      List<TopicSpec> topics = new ArrayList<>();
      for (String name :
          List.of(
              names.starts(),
              names.children(),
              names.controls(),
              names.completions(),
              names.schedules())) {
        topics.add(log(name, Partitioning.CO_PARTITIONED, partitions, input));
      }
      topics.add(
          log(
              names.events(),
              Partitioning.CO_PARTITIONED,
              partitions,
              retention(eventRetention, EVENT_RETENTION)));
      for (String name : List.of(names.definitions(), names.queueSettings())) {
        topics.add(
            new TopicSpec(
                name,
                Partitioning.FIXED,
                OptionalInt.of(1),
                configs(Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, exact("compact")))));
      }
      topics.add(
          log(
              names.deadLetters(),
              Partitioning.GROWING,
              OptionalInt.empty(),
              retention(deadLetterRetention, DEAD_LETTER_RETENTION)));
      topics.add(
          log(
              names.cancellations(),
              Partitioning.GROWING,
              OptionalInt.empty(),
              retention(null, CANCELLATION_RETENTION)));
      for (String queue : queues) {
        topics.add(log(names.commands(queue), Partitioning.GROWING, commandPartitions, input));
      }
      return new TopicPlan(topics, replicationFactor);
    }

    private TopicSpec log(
        String name, Partitioning partitioning, OptionalInt count, TopicConfigRule retention) {
      return new TopicSpec(
          name,
          partitioning,
          count,
          configs(
              Map.of(
                  TopicConfig.CLEANUP_POLICY_CONFIG,
                  exact("delete"),
                  TopicConfig.RETENTION_MS_CONFIG,
                  retention)));
    }

    private Map<String, TopicConfigRule> configs(Map<String, TopicConfigRule> own) {
      Map<String, TopicConfigRule> all = new HashMap<>(own);
      all.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, TopicConfigRule.atLeast(Limits.RECORD_BYTES));
      replicationFactor.ifPresent(
          replicas ->
              all.put(
                  TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
                  TopicConfigRule.initial(replicas >= 3 ? "2" : "1")));
      return all;
    }

    private static TopicConfigRule exact(String value) {
      return TopicConfigRule.exact(value);
    }

    private static TopicConfigRule retention(@Nullable Duration given, Duration otherwise) {
      return given == null
          ? TopicConfigRule.initial(Long.toString(otherwise.toMillis()))
          : TopicConfigRule.exact(Long.toString(given.toMillis()));
    }

    private static int checkCount(String what, int count) {
      if (count < 1 || count > PARTITIONS_MAX) {
        throw new IllegalArgumentException(
            "%s %d: must be 1 to %d".formatted(what, count, PARTITIONS_MAX));
      }
      return count;
    }

    private static Duration checkRetention(String what, Duration retention) {
      if (retention.compareTo(Duration.ofMinutes(1)) < 0
          || retention.compareTo(Duration.ofDays(36_500)) > 0) {
        throw new IllegalArgumentException(
            "%s %s: must be one minute to 100 years".formatted(what, retention));
      }
      return retention;
    }
  }
}
