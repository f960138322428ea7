package dev.millrace.cli.connection;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.schemas.Limits;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Sends records one by one, each after the last was acknowledged. Not thread-safe. */
public final class RecordSender implements AutoCloseable {
  /** How long to look for the topic, and how long to try to deliver, in milliseconds. */
  private static final int PATIENCE_MS = 15_000;

  private final String servers;
  private final KafkaProducer<byte[], byte[]> producer;

  public RecordSender(Connection connection) {
    servers = connection.kafka().getOrDefault("bootstrap.servers", "");
    producer =
        new KafkaProducer<>(
            connection.kafka(
                Map.of(
                    "acks",
                    "all",
                    "max.block.ms",
                    PATIENCE_MS,
                    "delivery.timeout.ms",
                    PATIENCE_MS,
                    "request.timeout.ms",
                    PATIENCE_MS / 2,
                    "linger.ms",
                    0,
                    "max.request.size",
                    Limits.RECORD_BYTES)),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /**
   * Sends one record.
   *
   * @return its offset in its partition
   * @throws CommandFailedException when the topic is not there or Kafka does not take the record
   */
  public static long send(
      Connection connection, String topic, String key, byte @Nullable [] value) {
    try (RecordSender sender = new RecordSender(connection)) {
      return sender.send(topic, key, value);
    }
  }

  /**
   * Sends a record.
   *
   * @param value null deletes what the key stands for
   * @return its offset in its partition
   * @throws CommandFailedException when the topic is not there or Kafka does not take the record
   */
  public long send(String topic, String key, byte @Nullable [] value) {
    return send(new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value));
  }

  /**
   * Sends a record.
   *
   * @return its offset in its partition
   * @throws CommandFailedException when the topic is not there or Kafka does not take the record
   */
  public long send(ProducerRecord<byte[], byte[]> record) {
    String topic = record.topic();
    try {
      return producer.send(record).get().offset();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new CommandFailedException(
          cause instanceof TimeoutException
              ? "topic %s: not there, or Kafka at %s does not answer; see 'millrace topics check'"
                  .formatted(topic, servers)
              : "topic %s: Kafka does not take the record: %s".formatted(topic, cause.getMessage()),
          cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailedException("interrupted while sending to " + topic, e);
    }
  }

  @Override
  public void close() {
    producer.close();
  }
}
