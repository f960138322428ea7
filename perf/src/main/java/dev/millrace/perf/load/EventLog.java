package dev.millrace.perf.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.perf.workload.RunPlan;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The events topic, read from its beginning, bit by bit. Not thread-safe. */
abstract class EventLog implements AutoCloseable {
  private static final Duration POLL_LIMIT = Duration.ofMillis(100);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final AvroCodec<WorkflowEvents> events;

  EventLog(RunPlan plan) {
    String topic = RunPlan.TOPICS.events();
    events = new AvroCodec<>(WorkflowEvents.class, topic, plan.connectRegistry());
    consumer =
        new KafkaConsumer<>(
            plan.consumerConfig(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  /** What was decided of one workflow. */
  abstract void take(String workflowId, WorkflowEvents decided);

  /** Takes what comes next, if something does soon. */
  final void read() throws MalformedRecordException {
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL_LIMIT)) {
      take(new String(record.key(), UTF_8), events.decode(record.value()));
    }
  }

  /** Reads what is there now and for a moment after it, so that what happens twice is seen. */
  public final void readOut() throws MalformedRecordException {
    for (Instant until = Instant.now().plusSeconds(2); Instant.now().isBefore(until); ) {
      read();
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
