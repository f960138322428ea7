package dev.millrace.cli.queue;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.connection.RecordSender;
import dev.millrace.cli.connection.UngroupedConsumer;
import dev.millrace.schemas.QueueSettings;
import dev.millrace.schemas.QueueTarget;
import dev.millrace.schemas.wire.MalformedRecordException;
import dev.millrace.schemas.wire.QueueSettingsJson;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Changes what is set for one queue. Who writes at the same time loses nothing: a change that was
 * made on what another one had changed meanwhile is made again. Not thread-safe.
 */
final class QueueSettingsTopic implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final int TRIES = 10;

  private final QueueTarget target;
  private final String topic;
  private final UngroupedConsumer consumer;
  private final RecordSender sender;
  private final TopicPartition partition;
  private QueueSettings known = QueueSettings.NONE;

  /** Offsets of what was written here. */
  private final Set<Long> own = new HashSet<>();

  /** Whether somebody else has changed what is set since this was last asked. */
  private boolean isChanged;

  QueueSettingsTopic(Connection connection, QueueTarget target) {
    this.target = target;
    this.topic = connection.topics().queueSettings();
    this.consumer = new UngroupedConsumer(connection, topic);
    this.sender = new RecordSender(connection);
    this.partition = new TopicPartition(topic, 0);
    consumer.assign(List.of(partition));
    consumer.seekToBeginning(List.of(partition));
  }

  /**
   * Makes a change.
   *
   * @return what is set then
   * @throws CommandFailedException when Kafka does not answer, or others change it all the time
   */
  QueueSettings change(UnaryOperator<QueueSettings> change) {
    readTo(consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L));
    for (int i = 0; i < TRIES; i++) {
      QueueSettings wanted = change.apply(known);
      boolean isNothing = wanted.equals(QueueSettings.NONE);
      isChanged = false;
      long offset =
          sender.send(topic, target.key(), isNothing ? null : QueueSettingsJson.write(wanted));
      own.add(offset);
      readTo(offset);
      if (!isChanged) {
        return wanted;
      }
    }
    throw new CommandFailedException(
        "queue %s: others change its settings all the time; %d tries".formatted(target, TRIES));
  }

  /** Reads what is before an offset. */
  private void readTo(long end) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (consumer.isBefore(Map.of(partition, end))) {
      if (System.nanoTime() > deadline) {
        throw new CommandFailedException(
            "topic %s: could not be read to its end within %d s"
                .formatted(topic, PATIENCE.toSeconds()));
      }
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (record.offset() < end && !own.contains(record.offset())) {
          take(record);
        }
      }
    }
    consumer.seek(partition, end); // more may have been read, for another time
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    if (record.key() == null || !new String(record.key(), UTF_8).equals(target.key())) {
      return;
    }
    try {
      known = record.value() == null ? QueueSettings.NONE : QueueSettingsJson.read(record.value());
      isChanged = true;
    } catch (MalformedRecordException e) {
      // Engines keep to what was set before, and so does the change.
    }
  }

  @Override
  public void close() {
    sender.close();
    consumer.close();
  }
}
