package dev.millrace.cli.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.connection.Connection;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What happens to workflows from now on, read from the events and the completions topic without a
 * consumer group. Not thread-safe.
 */
public final class RunLog implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);

  private final String eventsTopic;
  private final Predicate<String> wanted;
  private final AvroCodec<WorkflowEvents> events;
  private final AvroCodec<StepCompletion> completions;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final List<TopicPartition> partitions;
  private final Map<String, WorkflowRun> runs = new LinkedHashMap<>();
  private final Set<String> ended = new HashSet<>();
  private long completionsRead;

  /**
   * Notes where the topics end now; what comes later is read.
   *
   * @param wanted the workflows of interest, by id; other records are skipped
   */
  public RunLog(Connection connection, Predicate<String> wanted) {
    this.wanted = wanted;
    eventsTopic = connection.topics().events();
    String completionsTopic = connection.topics().completions();
    SchemaRegistry registry = connection.registry();
    events = new AvroCodec<>(WorkflowEvents.class, eventsTopic, registry);
    completions = new AvroCodec<>(StepCompletion.class, completionsTopic, registry);
    consumer =
        new KafkaConsumer<>(
            connection.kafka(
                Map.of(
                    "isolation.level",
                    "read_committed",
                    "enable.auto.commit",
                    false,
                    "auto.offset.reset",
                    "earliest",
                    // The broker answers a connection in order: a question waits for a parked
                    // fetch.
                    "fetch.max.wait.ms",
                    20,
                    "max.poll.records",
                    5_000)),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    try {
      partitions =
          Stream.of(eventsTopic, completionsTopic)
              .flatMap(topic -> consumer.partitionsFor(topic).stream())
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.endOffsets(partitions).forEach(consumer::seek);
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  /**
   * Reads on until so many workflows have ended, and then what the topics hold by then.
   *
   * @param patience how long nothing at all may happen
   * @param afterRead called several times a second
   * @return false when nothing happened for so long
   */
  public boolean awaitEnded(int workflows, Duration patience, Runnable afterRead) {
    long lastNews = System.nanoTime();
    while (ended.size() < workflows) {
      if (read() > 0) {
        lastNews = System.nanoTime();
      } else if (System.nanoTime() - lastNews > patience.toNanos()) {
        return false;
      }
      afterRead.run();
    }
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      read();
    }
    afterRead.run();
    return true;
  }

  private int read() {
    int found = 0;
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
      String workflowId = record.key() == null ? "" : new String(record.key(), UTF_8);
      if (record.value() != null && wanted.test(workflowId)) {
        add(workflowId, record);
        found++;
      }
    }
    return found;
  }

  private void add(String workflowId, ConsumerRecord<byte[], byte[]> record) {
    WorkflowRun run = runs.computeIfAbsent(workflowId, id -> new WorkflowRun());
    try {
      if (!record.topic().equals(eventsTopic)) {
        run.add(completions.decode(record.value()));
        completionsRead++;
        return;
      }
      run.add(record.offset(), events.decode(record.value()));
    } catch (MalformedRecordException e) {
      throw new CommandFailedException(
          "topic %s, partition %d, offset %d: %s"
              .formatted(record.topic(), record.partition(), record.offset(), e.getMessage()),
          e);
    }
    if (run.end().isPresent()) {
      ended.add(workflowId);
    } else {
      ended.remove(workflowId); // what superseded its end goes on
    }
  }

  /** How many completions were read. */
  public long completions() {
    return completionsRead;
  }

  /** How many workflows have ended. */
  public int ended() {
    return ended.size();
  }

  /** Everything read so far, by workflow id; a view. */
  public Map<String, WorkflowRun> runs() {
    return Collections.unmodifiableMap(runs);
  }

  @Override
  public void close() {
    consumer.close();
  }
}
