package dev.millrace.orchestrator.flow;

import dev.millrace.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsResult;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsResult;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a cluster where the workers of queues are: those of a queue form a consumer group or a share
 * group. Where a queue has had both, the one that is less behind is taken, since the other one is
 * not used any more. Thread-safe.
 */
final class GroupOffsets {
  private static final Logger LOG = LoggerFactory.getLogger(GroupOffsets.class);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(5);
  private static final int ANSWER_MS = (int) ANSWER_TIMEOUT.toMillis();

  private final Admin admin;
  private final Topics topics;

  GroupOffsets(Admin admin, Topics topics) {
    this.admin = admin;
    this.topics = topics;
  }

  /**
   * The lag of each queue of which it can be told.
   *
   * @param queues those that have a topic
   * @param nowMs when it is asked
   */
  Map<String, QueueLag> lags(Set<String> queues, long nowMs)
      throws InterruptedException, TimeoutException {
    Map<String, List<TopicPartition>> partitions = partitions(queues);
    ListConsumerGroupOffsetsResult consumers =
        admin.listConsumerGroupOffsets(
            each(queues, topics::workerGroup, new ListConsumerGroupOffsetsSpec()),
            new ListConsumerGroupOffsetsOptions().timeoutMs(ANSWER_MS));
    ListShareGroupOffsetsResult sharers =
        admin.listShareGroupOffsets(
            each(queues, topics::workerShareGroup, new ListShareGroupOffsetsSpec()),
            new ListShareGroupOffsetsOptions().timeoutMs(ANSWER_MS));
    Map<TopicPartition, Long> ends = offsets(all(partitions), OffsetSpec.latest());

    Map<String, List<Map<TopicPartition, Long>>> behind = new HashMap<>();
    for (String queue : partitions.keySet()) {
      Map<TopicPartition, Long> ofConsumers = consumers(consumers, queue, ends);
      Map<TopicPartition, Long> ofSharers = sharers(sharers, queue, ends);
      if (ofConsumers != null && ofSharers != null) {
        behind.put(queue, List.of(ofConsumers, ofSharers));
      }
    }
    Map<TopicPartition, Long> begins = offsets(unread(partitions, behind), OffsetSpec.earliest());

    Map<String, QueueLag> lags = new HashMap<>();
    behind.forEach(
        (queue, groups) -> {
          List<TopicPartition> ofQueue = Objects.requireNonNull(partitions.get(queue));
          OptionalLong lag =
              groups.stream()
                  .filter(group -> !group.isEmpty())
                  .map(group -> lag(ofQueue, group, ends, begins))
                  .flatMapToLong(OptionalLong::stream)
                  .min();
          boolean hasNoGroup = groups.stream().allMatch(Map::isEmpty);
          OptionalLong told = hasNoGroup ? lag(ofQueue, Map.of(), ends, begins) : lag;
          long written = ofQueue.stream().mapToLong(at -> ends.getOrDefault(at, 0L)).sum();
          told.ifPresent(commands -> lags.put(queue, new QueueLag(commands, written, nowMs)));
        });
    return lags;
  }

  private static <T> Map<String, T> each(
      Set<String> queues, Function<String, String> group, T spec) {
    return queues.stream().collect(Collectors.toMap(group, queue -> spec));
  }

  private static List<TopicPartition> all(Map<String, List<TopicPartition>> partitions) {
    return partitions.values().stream().flatMap(List::stream).toList();
  }

  /** The partitions of each queue's topic, as far as they are to be had. */
  private Map<String, List<TopicPartition>> partitions(Set<String> queues)
      throws InterruptedException, TimeoutException {
    Map<String, KafkaFuture<TopicDescription>> asked =
        admin
            .describeTopics(
                queues.stream().map(topics::commands).toList(),
                new DescribeTopicsOptions().timeoutMs(ANSWER_MS))
            .topicNameValues();
    Map<String, List<TopicPartition>> partitions = new HashMap<>();
    for (Map.Entry<String, KafkaFuture<TopicDescription>> each : asked.entrySet()) {
      TopicDescription description = answer(each.getValue());
      if (description != null) {
        partitions.put(
            topics.queueOf(each.getKey()),
            description.partitions().stream()
                .map(info -> new TopicPartition(each.getKey(), info.partition()))
                .toList());
      }
    }
    return partitions;
  }

  private Map<TopicPartition, Long> offsets(Collection<TopicPartition> partitions, OffsetSpec spec)
      throws InterruptedException, TimeoutException {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    if (partitions.isEmpty()) {
      return offsets;
    }
    Map<TopicPartition, OffsetSpec> asked =
        partitions.stream().collect(Collectors.toMap(at -> at, at -> spec));
    ListOffsetsResult answers =
        admin.listOffsets(asked, new ListOffsetsOptions().timeoutMs(ANSWER_MS));
    for (TopicPartition partition : partitions) {
      ListOffsetsResult.ListOffsetsResultInfo info = answer(answers.partitionResult(partition));
      if (info != null) {
        offsets.put(partition, info.offset());
      }
    }
    return offsets;
  }

  /** How far a consumer group is behind, where it has been; null when that is not to be had. */
  private @Nullable Map<TopicPartition, Long> consumers(
      ListConsumerGroupOffsetsResult groups, String queue, Map<TopicPartition, Long> ends)
      throws InterruptedException, TimeoutException {
    var committed = answerOfGroup(groups.partitionsToOffsetAndMetadata(topics.workerGroup(queue)));
    if (committed == null) {
      return null;
    }
    String topic = topics.commands(queue);
    Map<TopicPartition, Long> behind = new HashMap<>();
    committed.forEach(
        (partition, offset) -> {
          Long end = ends.get(partition);
          if (offset != null && end != null && partition.topic().equals(topic)) {
            behind.put(partition, Math.max(0, end - offset.offset()));
          }
        });
    return behind;
  }

  /** The same of a share group, which says itself how far behind it is. */
  private @Nullable Map<TopicPartition, Long> sharers(
      ListShareGroupOffsetsResult groups, String queue, Map<TopicPartition, Long> ends)
      throws InterruptedException, TimeoutException {
    var shared = answerOfGroup(groups.partitionsToOffsetInfo(topics.workerShareGroup(queue)));
    if (shared == null) {
      return null;
    }
    String topic = topics.commands(queue);
    Map<TopicPartition, Long> behind = new HashMap<>();
    shared.forEach(
        (partition, info) -> {
          Long end = ends.get(partition);
          if (info != null && end != null && partition.topic().equals(topic)) {
            behind.put(
                partition, info.lag().orElseGet(() -> Math.max(0, end - info.startOffset())));
          }
        });
    return behind;
  }

  /** The partitions in which some group, or the lack of one, leaves all records to be run. */
  private static Set<TopicPartition> unread(
      Map<String, List<TopicPartition>> partitions,
      Map<String, List<Map<TopicPartition, Long>>> behind) {
    Set<TopicPartition> unread = new HashSet<>();
    behind.forEach(
        (queue, groups) -> {
          List<Map<TopicPartition, Long>> begun =
              new ArrayList<>(groups.stream().filter(group -> !group.isEmpty()).toList());
          for (TopicPartition partition : partitions.getOrDefault(queue, List.of())) {
            if (begun.isEmpty()
                || begun.stream().anyMatch(group -> !group.containsKey(partition))) {
              unread.add(partition);
            }
          }
        });
    return unread;
  }

  /** The lag of a group; empty when it lacks the offsets of some partition. */
  private static OptionalLong lag(
      List<TopicPartition> partitions,
      Map<TopicPartition, Long> behind,
      Map<TopicPartition, Long> ends,
      Map<TopicPartition, Long> begins) {
    long lag = 0;
    for (TopicPartition partition : partitions) {
      Long known = behind.get(partition);
      Long end = ends.get(partition);
      Long begin = begins.get(partition);
      if (known != null) {
        lag += known;
      } else if (end != null && begin != null) {
        lag += end - begin;
      } else {
        return OptionalLong.empty();
      }
    }
    return OptionalLong.of(lag);
  }

  /** What is known of a group; nothing of one that does not exist; null when there is no answer. */
  private static <V> @Nullable Map<TopicPartition, V> answerOfGroup(
      KafkaFuture<Map<TopicPartition, V>> asked) throws InterruptedException, TimeoutException {
    try {
      return asked.get(2L * ANSWER_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof GroupIdNotFoundException
          || e.getCause() instanceof UnsupportedVersionException) { // a broker without share groups
        return Map.of();
      }
      LOG.debug("the offsets of a group are not to be had", e);
      return null;
    }
  }

  private static <T> @Nullable T answer(KafkaFuture<T> asked)
      throws InterruptedException, TimeoutException {
    try {
      return asked.get(2L * ANSWER_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      LOG.debug("the cluster does not answer", e);
      return null;
    }
  }
}
