package dev.millrace.cli.workflow;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.connection.UngroupedConsumer;
import dev.millrace.schemas.v1.EventSource;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.EventHistory;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Watches the event log for what controls do: events say which record of the controls caused them.
 * Open it before the first control is sent. Not thread-safe.
 */
final class ControlOutcomes implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);

  private final UngroupedConsumer consumer;
  private final AvroCodec<WorkflowEvents> codec;
  private final Consumer<String> warnings;

  /** Offsets of the controls whose effect has not been seen, by workflow. */
  private final Map<String, Long> awaited = new HashMap<>();

  ControlOutcomes(Connection connection, Consumer<String> warnings) {
    String topic = connection.topics().events();
    this.warnings = warnings;
    codec = new AvroCodec<>(WorkflowEvents.class, topic, connection.registry());
    consumer = new UngroupedConsumer(connection, topic);
    consumer.assign(consumer.partitions());
    consumer.endOffsets(consumer.partitions()).forEach(consumer::seek);
  }

  /** A control was sent. */
  void expect(String workflowId, long offset) {
    awaited.put(workflowId, offset);
  }

  /**
   * Waits until each control was seen to have an effect or to be refused, or the time is over.
   *
   * @param reader is given a workflow's id and what one control did to it
   * @return how many controls nothing was seen of
   */
  int await(Duration limit, BiConsumer<String, List<EventHistory.Entry>> reader) {
    long begun = System.nanoTime();
    while (!awaited.isEmpty() && System.nanoTime() - begun < limit.toNanos()) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (record.key() != null && record.value() != null) {
          String workflowId = new String(record.key(), UTF_8);
          Long offset = awaited.get(workflowId);
          if (offset != null && reportIfCausedBy(offset, workflowId, record, reader)) {
            awaited.remove(workflowId);
          }
        }
      }
    }
    return awaited.size();
  }

  private boolean reportIfCausedBy(
      long offset,
      String workflowId,
      ConsumerRecord<byte[], byte[]> record,
      BiConsumer<String, List<EventHistory.Entry>> reader) {
    WorkflowEvents events;
    try {
      events = codec.decode(record.value());
    } catch (MalformedRecordException e) {
      warnings.accept(
          "topic %s, partition %d, offset %d: skipped, it cannot be read: %s"
              .formatted(record.topic(), record.partition(), record.offset(), e.getMessage()));
      return false;
    }
    boolean caused =
        events.getSource() == EventSource.CONTROL && events.getSourceOffset() == offset;
    if (caused) {
      EventHistory history = new EventHistory();
      history.add(record.offset(), events);
      reader.accept(workflowId, history.entries());
    }
    return caused;
  }

  @Override
  public void close() {
    consumer.close();
  }
}
