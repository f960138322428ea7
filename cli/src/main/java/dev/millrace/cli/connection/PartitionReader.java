package dev.millrace.cli.connection;

import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * Reads the one partition that a key lies in, from its beginning or from its end, without a
 * consumer group. Not thread-safe.
 *
 * @param <T> the record class of the topic
 */
public final class PartitionReader<T extends SpecificRecordBase> implements AutoCloseable {
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(15);
  private static final Duration POLL = Duration.ofMillis(200);

  /** A record of the partition. */
  public record Found<T>(long offset, String key, T value) {}

  private final String topic;
  private final AvroCodec<T> codec;
  private final UngroupedConsumer consumer;
  private final TopicPartition partition;
  private final Consumer<String> warnings;
  private final long end;

  /**
   * Opens the partition of a key.
   *
   * @param fromBeginning false skips what is there already
   * @param warnings told of each record that cannot be read, in one sentence
   * @throws dev.millrace.cli.CommandFailedException when the topic is not there or Kafka does not
   *     answer
   */
  public PartitionReader(
      Connection connection,
      Class<T> type,
      String topic,
      String key,
      boolean fromBeginning,
      Consumer<String> warnings) {
    this.topic = topic;
    this.warnings = warnings;
    this.codec = new AvroCodec<>(type, topic, connection.registry());
    this.consumer = new UngroupedConsumer(connection, topic);
    try {
      // As the default partitioner of every Kafka client does.
      int number =
          Utils.toPositive(Utils.murmur2(key.getBytes(StandardCharsets.UTF_8)))
              % consumer.partitions().size();
      this.partition = new TopicPartition(topic, number);
      consumer.assign(List.of(partition));
      this.end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      if (fromBeginning) {
        consumer.seekToBeginning(List.of(partition));
      } else {
        consumer.seek(partition, end);
      }
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  /** The next records with a key and a value, maybe none. One that cannot be read is skipped. */
  public List<Found<T>> poll(Duration patience) {
    List<Found<T>> found = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(patience)) {
      if (record.key() != null && record.value() != null) {
        try {
          found.add(
              new Found<>(
                  record.offset(),
                  new String(record.key(), StandardCharsets.UTF_8),
                  codec.decode(record.value())));
        } catch (MalformedRecordException e) {
          warnings.accept(
              "topic %s, partition %d, offset %d: skipped, it cannot be read: %s"
                  .formatted(topic, record.partition(), record.offset(), e.getMessage()));
        }
      }
    }
    return found;
  }

  /**
   * The record at an offset; null when the topic no longer has it, or it cannot be read. Reading
   * goes on behind it.
   */
  public @Nullable Found<T> at(long offset) {
    if (offset >= end) {
      return null;
    }
    consumer.seek(partition, offset);
    long deadline = System.nanoTime() + ANSWER_TIMEOUT.toNanos();
    while (consumer.position(partition) <= offset && System.nanoTime() < deadline) {
      for (Found<T> found : poll(POLL)) {
        if (found.offset() == offset) {
          return found;
        }
      }
    }
    return null;
  }

  /** Whether everything has been read that was there when the partition was opened. */
  public boolean caughtUp() {
    return consumer.position(partition) >= end;
  }

  @Override
  public void close() {
    consumer.close();
  }
}
