package dev.millrace.cli.deadletters;

import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.connection.UngroupedConsumer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Reads the topic of dead letters, without a consumer group. Not thread-safe. */
final class DeadLetterLog implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);

  private final UngroupedConsumer consumer;

  /**
   * Opens the topic.
   *
   * @throws dev.millrace.cli.CommandFailedException when it is not there or Kafka does not answer
   */
  DeadLetterLog(Connection connection) {
    consumer = new UngroupedConsumer(connection, connection.topics().deadLetters());
  }

  /** All letters that are there now, those of each partition in order. */
  void forEach(Consumer<DeadLetter> reader) {
    consumer.assign(consumer.partitions());
    Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.partitions());
    consumer.seekToBeginning(consumer.partitions());
    while (consumer.isBefore(ends)) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (record.offset()
            < ends.getOrDefault(new TopicPartition(record.topic(), record.partition()), 0L)) {
          reader.accept(new DeadLetter(record));
        }
      }
    }
  }

  /** The letter at a place; empty when there is none, or none any more. */
  Optional<DeadLetter> find(LetterId id) {
    List<TopicPartition> only =
        consumer.partitions().stream().filter(each -> each.partition() == id.partition()).toList();
    if (only.isEmpty()) {
      return Optional.empty();
    }
    consumer.assign(only);
    Map<TopicPartition, Long> ends = consumer.endOffsets(only);
    consumer.seek(only.getFirst(), id.offset());
    while (consumer.isBefore(ends)) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        return record.offset() == id.offset()
            ? Optional.of(new DeadLetter(record))
            : Optional.empty();
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() {
    consumer.close();
  }
}
