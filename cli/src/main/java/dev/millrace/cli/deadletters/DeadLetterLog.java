package dev.millrace.cli.deadletters;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.connection.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads the topic of dead letters, without a consumer group. Not thread-safe. */
final class DeadLetterLog implements AutoCloseable {
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(15);
  private static final Duration POLL = Duration.ofMillis(200);

  private final String topic;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final List<TopicPartition> partitions;

  /**
   * Opens the topic.
   *
   * @throws CommandFailedException when it is not there or Kafka does not answer
   */
  DeadLetterLog(Connection connection) {
    topic = connection.topics().deadLetters();
    consumer =
        new KafkaConsumer<>(
            connection.kafka(
                Map.of(
                    "isolation.level",
                    "read_committed",
                    "enable.auto.commit",
                    false,
                    "allow.auto.create.topics",
                    false,
                    "auto.offset.reset",
                    "earliest",
                    "default.api.timeout.ms",
                    (int) ANSWER_TIMEOUT.toMillis())),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    try {
      partitions = partitions();
    } catch (TimeoutException e) {
      consumer.close();
      throw new CommandFailedException(
          "topic %s: Kafka at %s does not answer"
              .formatted(topic, connection.kafka().get("bootstrap.servers")),
          e);
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  private List<TopicPartition> partitions() {
    List<PartitionInfo> infos = consumer.partitionsFor(topic);
    if (infos == null || infos.isEmpty()) {
      throw new CommandFailedException(
          "topic %s: not there; see 'millrace topics check'".formatted(topic));
    }
    return infos.stream().map(info -> new TopicPartition(topic, info.partition())).toList();
  }

  /** All letters that are there now, those of each partition in order. */
  void forEach(Consumer<DeadLetter> reader) {
    consumer.assign(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    consumer.seekToBeginning(partitions);
    while (partitions.stream().anyMatch(each -> isBefore(each, ends))) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        TopicPartition partition = new TopicPartition(topic, record.partition());
        if (record.offset() < ends.getOrDefault(partition, 0L)) {
          reader.accept(new DeadLetter(record));
        }
      }
    }
  }

  /** The letter at a place; empty when there is none, or none any more. */
  Optional<DeadLetter> find(LetterId id) {
    TopicPartition partition = new TopicPartition(topic, id.partition());
    if (!partitions.contains(partition)) {
      return Optional.empty();
    }
    List<TopicPartition> only = List.of(partition);
    consumer.assign(only);
    Map<TopicPartition, Long> ends = consumer.endOffsets(only);
    consumer.seek(partition, id.offset());
    while (isBefore(partition, ends)) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        return record.offset() == id.offset()
            ? Optional.of(new DeadLetter(record))
            : Optional.empty();
      }
    }
    return Optional.empty();
  }

  private boolean isBefore(TopicPartition partition, Map<TopicPartition, Long> ends) {
    return consumer.position(partition) < ends.getOrDefault(partition, 0L);
  }

  @Override
  public void close() {
    consumer.close();
  }
}
