package dev.millrace.orchestrator.topics;

import dev.millrace.orchestrator.topics.TopicDifference.Config;
import dev.millrace.orchestrator.topics.TopicDifference.Missing;
import dev.millrace.orchestrator.topics.TopicDifference.Partitions;
import dev.millrace.orchestrator.topics.TopicDifference.Replicas;
import dev.millrace.orchestrator.topics.TopicSpec.Partitioning;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Compares a cluster with a {@link TopicPlan} and brings it in line. Deletes nothing, shrinks
 * nothing. The admin client stays the caller's. Thread-safe as that is.
 */
public final class TopicAdmin {
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration SETTLE_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration SETTLE_POLL = Duration.ofMillis(50);

  private final Admin admin;

  public TopicAdmin(Admin admin) {
    this.admin = admin;
  }

  /**
   * All differences, in the order of the plan; none means that an engine may run.
   *
   * @throws TopicsException when the cluster does not answer or refuses to
   */
  public List<TopicDifference> check(TopicPlan plan) {
    Map<String, TopicDescription> found = describe(plan.topics());
    int partitions = coPartitions(plan, found);
    Map<String, Map<String, String>> configs = configs(found.keySet());
    List<TopicDifference> differences = new ArrayList<>();
    for (TopicSpec spec : plan.topics()) {
      int wanted = spec.partitions().orElse(partitions);
      TopicDescription actual = found.get(spec.name());
      if (actual == null) {
        differences.add(new Missing(spec, wanted));
      } else {
        compare(spec, wanted, plan.replicationFactor(), actual, differences);
        compare(spec, configs.getOrDefault(spec.name(), Map.of()), differences);
      }
    }
    return differences;
  }

  /**
   * Creates what is missing, grows what may grow and sets what is configured otherwise, and returns
   * when the cluster shows it all. Changes nothing at all if there is a difference that it cannot
   * fix. Run twice, the second changes nothing.
   *
   * @return what it put right
   * @throws TopicsException when something cannot be fixed, or the cluster does not answer or
   *     refuses to
   */
  public List<TopicDifference> apply(TopicPlan plan) {
    List<TopicDifference> differences = check(plan);
    List<TopicDifference> unfixable =
        differences.stream().filter(difference -> !difference.fixable()).toList();
    if (!unfixable.isEmpty()) {
      throw TopicsException.of("nothing was changed, since this cannot be fixed:", unfixable);
    }
    for (TopicDifference difference : differences) {
      fix(difference, plan.replicationFactor());
    }
    awaitNoDifference(plan);
    return differences;
  }

  /**
   * Fails unless the topics are as planned: for an engine's start.
   *
   * @throws TopicsException with every difference
   */
  public void require(TopicPlan plan) {
    List<TopicDifference> differences = check(plan);
    if (!differences.isEmpty()) {
      throw TopicsException.of(
          "the topics are not as they must be; 'millrace topics apply' puts right what can be put right:",
          differences);
    }
  }

  /**
   * How many partitions a topic has.
   *
   * @throws TopicsException when there is no such topic, or the cluster does not answer
   */
  public int partitions(String topic) {
    return await("describing topic " + topic, admin.describeTopics(List.of(topic)).allTopicNames())
        .values()
        .iterator()
        .next()
        .partitions()
        .size();
  }

  private static int coPartitions(TopicPlan plan, Map<String, TopicDescription> found) {
    return plan.topics().stream()
        .filter(spec -> spec.partitioning() == Partitioning.CO_PARTITIONED)
        .map(
            spec -> {
              TopicDescription actual = found.get(spec.name());
              return spec.partitions().orElse(actual == null ? 0 : actual.partitions().size());
            })
        .filter(count -> count > 0)
        .findFirst()
        .orElse(TopicPlan.DEFAULT_PARTITIONS);
  }

  private static void compare(
      TopicSpec spec,
      int wanted,
      Optional<Short> replicationFactor,
      TopicDescription actual,
      List<TopicDifference> differences) {
    int partitions = actual.partitions().size();
    boolean differs =
        switch (spec.partitioning()) {
          case CO_PARTITIONED, FIXED -> partitions != wanted;
          case GROWING -> spec.partitions().isPresent() && partitions < wanted;
        };
    if (differs) {
      differences.add(new Partitions(spec, partitions, wanted));
    }
    int replicas = actual.partitions().get(0).replicas().size();
    replicationFactor
        .filter(factor -> factor != replicas)
        .ifPresent(factor -> differences.add(new Replicas(spec.name(), replicas, factor)));
  }

  private static void compare(
      TopicSpec spec, Map<String, String> actual, List<TopicDifference> differences) {
    spec.configs()
        .forEach(
            (name, rule) -> {
              String value = actual.get(name);
              if (value != null && !rule.keptBy(value)) {
                differences.add(new Config(spec.name(), name, value, rule));
              }
            });
  }

  private void fix(TopicDifference difference, Optional<Short> replicationFactor) {
    switch (difference) {
      case Missing missing -> create(missing, replicationFactor);
      case Partitions grow ->
          await(
              "growing topic " + grow.topic(),
              admin
                  .createPartitions(Map.of(grow.topic(), NewPartitions.increaseTo(grow.wanted())))
                  .all());
      case Config config -> {
        AlterConfigOp set =
            new AlterConfigOp(
                new ConfigEntry(config.name(), config.wanted().value()), AlterConfigOp.OpType.SET);
        await(
            "configuring topic " + config.topic(),
            admin.incrementalAlterConfigs(Map.of(resource(config.topic()), List.of(set))).all());
      }
      case Replicas replicas -> throw new IllegalStateException("not fixable: " + replicas);
    }
  }

  private void create(Missing missing, Optional<Short> replicationFactor) {
    Map<String, String> configs = new HashMap<>();
    missing.spec().configs().forEach((name, rule) -> configs.put(name, rule.value()));
    NewTopic topic =
        new NewTopic(missing.topic(), Optional.of(missing.partitions()), replicationFactor)
            .configs(configs);
    try {
      await("creating topic " + missing.topic(), admin.createTopics(List.of(topic)).all());
    } catch (TopicsException e) {
      if (!(e.getCause() instanceof TopicExistsException)) { // somebody else applies the same plan
        throw e;
      }
    }
  }

  /** The controller has decided; every broker that answers must have heard of it, too. */
  private void awaitNoDifference(TopicPlan plan) {
    long deadline = System.nanoTime() + SETTLE_TIMEOUT.toNanos();
    List<TopicDifference> left = check(plan);
    while (!left.isEmpty()) {
      if (System.nanoTime() > deadline) {
        throw TopicsException.of(
            "the cluster accepted the changes but does not show them after %d s:"
                .formatted(SETTLE_TIMEOUT.toSeconds()),
            left);
      }
      LockSupport.parkNanos(SETTLE_POLL.toNanos());
      left = check(plan);
    }
  }

  private Map<String, TopicDescription> describe(List<TopicSpec> specs) {
    Map<String, KafkaFuture<TopicDescription>> asked =
        admin.describeTopics(specs.stream().map(TopicSpec::name).toList()).topicNameValues();
    Map<String, TopicDescription> found = new HashMap<>();
    asked.forEach(
        (name, answer) -> {
          try {
            found.put(name, await("describing topic " + name, answer));
          } catch (TopicsException e) {
            if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
              throw e;
            }
          }
        });
    return found;
  }

  private Map<String, Map<String, String>> configs(Collection<String> topics) {
    List<ConfigResource> resources = topics.stream().map(TopicAdmin::resource).toList();
    Map<String, Map<String, String>> values = new HashMap<>();
    await("reading the configuration of topics", admin.describeConfigs(resources).all())
        .forEach(
            (resource, config) -> {
              Map<String, String> entries = new HashMap<>();
              config.entries().forEach(entry -> entries.put(entry.name(), entry.value()));
              values.put(resource.name(), entries);
            });
    return values;
  }

  private static ConfigResource resource(String topic) {
    return new ConfigResource(ConfigResource.Type.TOPIC, topic);
  }

  /** The answer; a {@link TopicsException} has Kafka's own exception as its cause. */
  private static <T> T await(String what, KafkaFuture<T> answer) {
    try {
      return answer.get(ANSWER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw cause instanceof org.apache.kafka.common.errors.TimeoutException
          ? noAnswer(what, cause)
          : new TopicsException("%s: Kafka refused: %s".formatted(what, cause.getMessage()), cause);
    } catch (TimeoutException e) {
      throw noAnswer(what, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TopicsException(what + ": interrupted", e);
    }
  }

  private static TopicsException noAnswer(String what, Throwable cause) {
    return new TopicsException(
        "%s: no answer from Kafka within %d s; check the bootstrap servers and that they can be reached"
            .formatted(what, ANSWER_TIMEOUT.toSeconds()),
        cause);
  }
}
