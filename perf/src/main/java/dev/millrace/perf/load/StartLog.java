package dev.millrace.perf.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.perf.workload.RunPlan;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What the event log says of workflows with numbered ids: which have started, which a second time,
 * and which have ended. Not thread-safe.
 */
public final class StartLog implements AutoCloseable {
  private static final Duration POLL_LIMIT = Duration.ofMillis(100);
  private static final String PREFIX = "start-";

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final AvroCodec<WorkflowEvents> events;
  private final BitSet ended = new BitSet();
  private final BitSet startedAgain = new BitSet();

  /** Reads from the beginning of the events topic. */
  public StartLog(RunPlan plan) {
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

  /** The id of a workflow. */
  public static String id(int number) {
    return PREFIX + number;
  }

  /** Reads on until so many workflows have ended, or none does for so long. */
  public void awaitEnded(int workflows, Duration patience) throws MalformedRecordException {
    Instant news = Instant.now();
    while (ended() < workflows && Instant.now().isBefore(news.plus(patience))) {
      int before = ended();
      read();
      if (ended() > before) {
        news = Instant.now();
      }
    }
  }

  /** Reads what is there now and for a moment after it, so that a late second start is seen. */
  public void readOut() throws MalformedRecordException {
    for (Instant until = Instant.now().plusSeconds(2); Instant.now().isBefore(until); ) {
      read();
    }
  }

  private void read() throws MalformedRecordException {
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL_LIMIT)) {
      int number = Integer.parseInt(new String(record.key(), UTF_8).substring(PREFIX.length()));
      WorkflowEvents decided = events.decode(record.value());
      for (int i = 0; i < decided.getEvents().size(); i++) {
        EventType type = decided.getEvents().get(i).getType();
        // After a crash an event may stand there twice, under one number: it is one event.
        if (type == EventType.WORKFLOW_STARTED && decided.getFirstSequence() + i > 0) {
          startedAgain.set(number);
        } else if (type == EventType.WORKFLOW_SUCCEEDED) {
          ended.set(number);
        }
      }
    }
  }

  /** How many workflows have ended. */
  public int ended() {
    return ended.cardinality();
  }

  /** How many have started more than once. */
  public int startedAgain() {
    return startedAgain.cardinality();
  }

  @Override
  public void close() {
    consumer.close();
  }
}
