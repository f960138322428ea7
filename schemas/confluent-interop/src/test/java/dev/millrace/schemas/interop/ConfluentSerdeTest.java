package dev.millrace.schemas.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.registry.BuiltInRegistry;
import dev.millrace.schemas.registry.SchemaRegistries;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.v1.WorkflowControl;
import dev.millrace.schemas.v1.WorkflowDefinition;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.v1.WorkflowStart;
import dev.millrace.schemas.wire.AvroCodec;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The records are those of the golden files of the schemas module. */
class ConfluentSerdeTest {
  private static final Path GOLDEN = Path.of("../src/test/resources/golden");
  private static final String TOPIC = "some-topic";

  private BuiltInRegistry server;
  private SchemaRegistry registry;

  @BeforeEach
  void start() throws IOException {
    server = BuiltInRegistry.inMemory(0);
    registry = SchemaRegistries.connect(server.url(), Map.of());
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  static List<Class<? extends SpecificRecordBase>> records() {
    return List.of(
        WorkflowStart.class,
        WorkflowControl.class,
        StepCommand.class,
        StepCompletion.class,
        WorkflowEvents.class,
        WorkflowDefinition.class);
  }

  @ParameterizedTest
  @MethodSource("records")
  <T extends SpecificRecordBase> void confluentsBytesAndOursAreTheSame(Class<T> type)
      throws Exception {
    AvroCodec<T> codec = new AvroCodec<>(type, TOPIC, registry);
    byte[] golden = Files.readAllBytes(GOLDEN.resolve(type.getSimpleName() + ".bin"));
    T record = codec.decode(golden);

    try (KafkaAvroSerializer serializer = new KafkaAvroSerializer()) {
      serializer.configure(config("avro.remove.java.properties", "true"), false);
      byte[] theirs = serializer.serialize(TOPIC, record);

      assertThat(theirs).isEqualTo(golden).isEqualTo(codec.encode(record));
      assertThat(codec.decode(theirs)).hasToString(record.toString());
    }
  }

  @ParameterizedTest
  @MethodSource("records")
  <T extends SpecificRecordBase> void confluentsDeserializerReadsOurBytes(Class<T> type)
      throws Exception {
    AvroCodec<T> codec = new AvroCodec<>(type, TOPIC, registry);
    T record = codec.decode(Files.readAllBytes(GOLDEN.resolve(type.getSimpleName() + ".bin")));
    byte[] ours = codec.encode(record);

    try (KafkaAvroDeserializer specific = new KafkaAvroDeserializer();
        KafkaAvroDeserializer generic = new KafkaAvroDeserializer()) {
      specific.configure(config("specific.avro.reader", "true"), false);
      generic.configure(config("avro.use.logical.type.converters", "true"), false);

      assertThat(specific.deserialize(TOPIC, ours))
          .isInstanceOf(type)
          .hasToString(record.toString());
      assertThat(generic.deserialize(TOPIC, ours))
          .isInstanceOf(GenericRecord.class)
          .hasToString(record.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "false"})
  void aProducerThatKeepsJavasHintsInItsSchemaIsReadToo(String removeHints) throws Exception {
    AvroCodec<WorkflowStart> codec = new AvroCodec<>(WorkflowStart.class, TOPIC, registry);
    WorkflowStart start = codec.decode(Files.readAllBytes(GOLDEN.resolve("WorkflowStart.bin")));

    try (KafkaAvroSerializer serializer = new KafkaAvroSerializer()) {
      serializer.configure(config("avro.remove.java.properties", removeHints), false);
      byte[] theirs = serializer.serialize(TOPIC, start);

      assertThat(ByteBuffer.wrap(theirs).getInt(1)).isEqualTo(removeHints.equals("true") ? 1 : 2);
      assertThat(codec.decode(theirs)).hasToString(start.toString());
    }
  }

  private Map<String, String> config(String key, String value) {
    return Map.of("schema.registry.url", server.url(), key, value);
  }
}
