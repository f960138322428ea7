package dev.millrace.cli.connection;

import dev.millrace.cli.CommandFailedException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads one topic without a consumer group: what is committed, from wherever it is told to. */
public final class UngroupedConsumer extends KafkaConsumer<byte[], byte[]> {
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(15);

  private final String topic;
  private final List<TopicPartition> partitions;

  /**
   * Opens a topic; no partition is assigned yet.
   *
   * @throws CommandFailedException when the topic is not there or Kafka does not answer
   */
  public UngroupedConsumer(Connection connection, String topic) {
    super(
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
    this.topic = topic;
    try {
      this.partitions = lookUp();
    } catch (TimeoutException e) {
      close();
      throw new CommandFailedException(
          "topic %s: Kafka at %s does not answer"
              .formatted(topic, connection.kafka().get("bootstrap.servers")),
          e);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private List<TopicPartition> lookUp() {
    List<PartitionInfo> infos = partitionsFor(topic);
    if (infos == null || infos.isEmpty()) {
      throw new CommandFailedException(
          "topic %s: not there; see 'millrace topics check'".formatted(topic));
    }
    return infos.stream().map(info -> new TopicPartition(topic, info.partition())).toList();
  }

  /** All partitions of the topic. */
  public List<TopicPartition> partitions() {
    return partitions;
  }

  /** Whether some partition has not been read up to an offset. */
  public boolean isBefore(Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream().anyMatch(end -> position(end.getKey()) < end.getValue());
  }
}
