package dev.millrace.perf.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.perf.scaling.ScalingVerdict;
import dev.millrace.perf.workload.RunPlan;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What the logs say of workflows that were each to succeed, with each step run once: event log,
 * completions, and the lists of the workers. Not thread-safe.
 */
public final class OnceLedger implements AutoCloseable {
  private static final Duration POLL_LIMIT = Duration.ofMillis(100);
  private static final int FIRST_ATTEMPT = 1;

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final AvroCodec<WorkflowEvents> events;
  private final AvroCodec<StepCompletion> completions;
  private final Set<String> succeeded = new HashSet<>();
  private final Set<String> furtherAttempts = new HashSet<>();
  private final Map<String, Integer> completed = new HashMap<>();

  /** Reads from the beginning of the topics. */
  public OnceLedger(RunPlan plan) {
    String ofEvents = RunPlan.TOPICS.events();
    String ofCompletions = RunPlan.TOPICS.completions();
    events = new AvroCodec<>(WorkflowEvents.class, ofEvents, plan.connectRegistry());
    completions = new AvroCodec<>(StepCompletion.class, ofCompletions, plan.connectRegistry());
    consumer =
        new KafkaConsumer<>(
            plan.consumerConfig(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> partitions =
        Stream.of(ofEvents, ofCompletions)
            .flatMap(topic -> consumer.partitionsFor(topic).stream())
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  /**
   * Reads until so many workflows have succeeded or nothing was said for a time, and then what is
   * there still.
   *
   * @param started workflows that were started
   * @param patience how long the log may be silent
   * @param lists of the workers, which have ended
   */
  public ScalingVerdict read(long started, Duration patience, List<Path> lists)
      throws MalformedRecordException, IOException {
    long newsNs = System.nanoTime();
    boolean isNew = true;
    while (isNew
        || (succeeded.size() < started && System.nanoTime() - newsNs < patience.toNanos())) {
      isNew = false;
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL_LIMIT)) {
        isNew = true;
        newsNs = System.nanoTime();
        take(record);
      }
    }
    Map<String, Integer> ran = new HashMap<>();
    for (Path list : lists) {
      for (String line : Files.readAllLines(list)) {
        ran.merge(line.substring(line.indexOf(' ') + 1), 1, Integer::sum);
      }
    }
    return new ScalingVerdict(
        started,
        succeeded.size(),
        ran.size(),
        repeated(ran),
        furtherAttempts.size(),
        repeated(completed));
  }

  private static long repeated(Map<String, Integer> counts) {
    return counts.values().stream().filter(count -> count > 1).count();
  }

  private void take(ConsumerRecord<byte[], byte[]> record) throws MalformedRecordException {
    String workflowId = new String(record.key(), UTF_8);
    if (record.topic().equals(RunPlan.TOPICS.completions())) {
      StepCompletion completion = completions.decode(record.value());
      if (completion.getStatus() != CompletionStatus.RUNNING) {
        completed.merge(
            workflowId + "/" + completion.getStep() + "/" + completion.getAttempt(),
            1,
            Integer::sum);
      }
      return;
    }
    for (WorkflowEvent event : events.decode(record.value()).getEvents()) {
      if (event.getType() == EventType.WORKFLOW_SUCCEEDED) {
        succeeded.add(workflowId);
      } else if (event.getAttempt() > FIRST_ATTEMPT) {
        furtherAttempts.add(workflowId + "/" + event.getStep() + "/" + event.getAttempt());
      }
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
