package dev.millrace.orchestrator.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.Limits;
import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.SchemaRegistries;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.v1.WorkflowStart;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.test.TestRecord;

/** What a driven engine writes to its topics, read once. */
abstract class DrivenTopics {
  static final String APPLICATION = "driven";

  final Topics topics = Topics.standard();
  final SchemaRegistry registry = SchemaRegistries.connect("mock://" + UUID.randomUUID(), Map.of());
  final AvroCodec<WorkflowStart> starts = codec(WorkflowStart.class, topics.starts());
  private final AvroCodec<StepCommand> commands =
      codec(StepCommand.class, topics.commands("queue"));
  private final AvroCodec<WorkflowEvents> events = codec(WorkflowEvents.class, topics.events());

  /** The records of a topic since the last call. */
  abstract List<TestRecord<byte[], byte[]>> read(String topic);

  final <T extends SpecificRecordBase> AvroCodec<T> codec(Class<T> type, String topic) {
    return new AvroCodec<>(type, topic, registry);
  }

  /** The ids of the starts since the last call, with what they say. */
  List<Map.Entry<String, WorkflowStart>> starts() {
    return read(topics.starts()).stream()
        .map(record -> Map.entry(new String(record.key(), UTF_8), decode(starts, record.value())))
        .toList();
  }

  /** The keys of the controls since the last call. */
  List<String> controlled() {
    return read(topics.controls()).stream().map(record -> new String(record.key(), UTF_8)).toList();
  }

  /** The attempts of the commands since the last call, as {@code step/attempt}. */
  List<String> attempts() {
    return read(topics.commands("queue")).stream()
        .map(record -> decode(commands, record.value()))
        .map(command -> command.getStep() + "/" + command.getAttempt())
        .toList();
  }

  /** The commands since the last call. */
  List<StepCommand> commands() {
    return read(topics.commands("queue")).stream()
        .map(record -> decode(commands, record.value()))
        .toList();
  }

  /** The keys of the commands since the last call. */
  List<String> commandKeys() {
    return read(topics.commands("queue")).stream()
        .map(record -> new String(record.key(), UTF_8))
        .toList();
  }

  /** The headers of the commands since the last call. */
  List<Headers> commandHeaders() {
    return read(topics.commands("queue")).stream().map(TestRecord::headers).toList();
  }

  /** The events since the last call. */
  List<WorkflowEvent> events() {
    return eventRecords().stream().flatMap(record -> record.getEvents().stream()).toList();
  }

  /** The records of the events topic since the last call, each of which the topic takes. */
  List<WorkflowEvents> eventRecords() {
    return read(topics.events()).stream()
        .map(TestRecord::value)
        .peek(record -> assertThat(record).hasSizeLessThan(Limits.RECORD_BYTES - 64 * 1024))
        .map(record -> decode(events, record))
        .toList();
  }

  /** The sizes of the events records since the last call. */
  List<Integer> eventRecordBytes() {
    return read(topics.events()).stream().map(record -> record.value().length).toList();
  }

  /** The types of the events since the last call. */
  List<EventType> eventTypes() {
    return events().stream().map(WorkflowEvent::getType).toList();
  }

  /** The ids of the workflows to which something has happened since the last call. */
  Set<String> idsWith(EventType type) {
    return read(topics.events()).stream()
        .filter(
            record ->
                decode(events, record.value()).getEvents().stream()
                    .anyMatch(event -> event.getType() == type))
        .map(record -> new String(record.key(), UTF_8))
        .collect(Collectors.toSet());
  }

  /** What was written to the changelog since the last call. */
  List<TestRecord<byte[], byte[]>> changelog() {
    return read(APPLICATION + "-" + OrchestratorTopology.WORKFLOWS_STORE + "-changelog");
  }

  /** The dead letters since the last call. */
  List<TestRecord<byte[], byte[]>> deadLetters() {
    return read(topics.deadLetters());
  }

  private static <T extends SpecificRecordBase> T decode(AvroCodec<T> codec, byte[] value) {
    try {
      return codec.decode(value);
    } catch (MalformedRecordException e) {
      throw new AssertionError(e);
    }
  }
}
