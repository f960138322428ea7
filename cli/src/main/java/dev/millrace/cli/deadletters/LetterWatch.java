package dev.millrace.cli.deadletters;

import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.connection.UngroupedConsumer;
import dev.millrace.schemas.HeaderNames;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Watches the dead letters for one record that is about to be sent. Open it before it is. Not
 * thread-safe.
 */
public final class LetterWatch implements AutoCloseable {
  private final UngroupedConsumer consumer;

  /**
   * Opens the topic at its end.
   *
   * @throws dev.millrace.cli.CommandFailedException when it is not there or Kafka does not answer
   */
  public LetterWatch(Connection connection) {
    consumer = new UngroupedConsumer(connection, connection.topics().deadLetters());
    consumer.assign(consumer.partitions());
    consumer.endOffsets(consumer.partitions()).forEach(consumer::seek);
  }

  /**
   * Why a record has become a dead letter: where that lies, its code and its reason; empty when it
   * has not until now.
   *
   * @param topic that it was sent to
   * @param offset that it got there
   * @param patience how long to wait for new letters
   */
  public Optional<String> find(String topic, String key, long offset, Duration patience) {
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(patience)) {
      DeadLetter letter = new DeadLetter(record);
      if (letter.key().equals(key)
          && letter.topic().equals(topic)
          && letter.header(HeaderNames.ERROR_OFFSET).orElse("").equals(Long.toString(offset))) {
        return Optional.of(
            "dead letter %s: %s: %s".formatted(letter.id(), letter.code(), letter.message()));
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() {
    consumer.close();
  }
}
