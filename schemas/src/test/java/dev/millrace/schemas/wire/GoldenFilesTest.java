package dev.millrace.schemas.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.Samples;
import dev.millrace.schemas.registry.SchemaRegistries;
import dev.millrace.schemas.registry.SchemaRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Records as they lie in topics: {@code golden/X.bin} is {@link Samples}' X in the wire format
 * under schema id 1, {@code golden/X.json} says what is in it. They were written once and never
 * change; what cannot read them any more, or writes other bytes, breaks running installations. When
 * X gets its schema {@code contract/v1/X.(n+1).avsc}, they become {@code X.n.bin} and {@code
 * X.n.json}, which must still be read.
 */
class GoldenFilesTest {
  private static final String NEW_OF_DEFINITIONS =
      ", \"conditions\": [], \"join\": null, \"when\": null, \"input\": null, \"set\": null"
          + ", \"delay\": null, \"until\": null, \"signal\": null, \"child\": null, \"cases\": []"
          + ", \"scheduleToStartMs\": 0, \"scheduleToCloseMs\": 0, \"heartbeatMs\": 0"
          + ", \"onFailure\": [], \"repeat\": null, \"forEach\": null, \"compensation\": null"
          + ", \"window\": null, \"cache\": null, \"affinity\": null"
          + " & , \"maxParallel\": 0, \"output\": null, \"finallySteps\": []"
          + ", \"events\": \"ALL\"";
  private static final String NEW_OF_EVENTS =
      ", \"parent\": null & , \"reason\": \"\", \"steps\": [], \"name\": \"\", \"number\": 0, \"results\": null"
          + " & , \"scope\": \"\"";

  static Stream<SpecificRecordBase> records() {
    return Samples.all().stream();
  }

  @ParameterizedTest
  @MethodSource("records")
  <T extends SpecificRecordBase> void goldenBytesAreReadAndWrittenUnchanged(T sample)
      throws Exception {
    String name = sample.getSchema().getName();
    byte[] golden = resource("/golden/" + name + ".bin");
    AvroCodec<T> codec = codec(sample, name);

    T read = codec.decode(golden);

    assertThat(read).hasToString(new String(resource("/golden/" + name + ".json"), UTF_8).strip());
    assertThat(read).hasToString(sample.toString());
    assertThat(codec.encode(read)).isEqualTo(golden);
    assertThat(codec.encode(sample)).isEqualTo(golden);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "WorkflowDefinition|1|" + NEW_OF_DEFINITIONS,
        "WorkflowDefinition|2|, \"affinity\": null & , \"events\": \"ALL\"",
        "WorkflowDefinition|3|, \"events\": \"ALL\"",
        "WorkflowEvents|1|, \"inlineDefinition\": null & " + NEW_OF_EVENTS,
        "WorkflowEvents|2|" + NEW_OF_EVENTS + " & " + NEW_OF_DEFINITIONS,
        "WorkflowEvents|4|, \"branch\": -1 & , \"affinity\": null & , \"events\": \"ALL\"",
        "WorkflowEvents|5|, \"affinity\": null & , \"events\": \"ALL\"",
        "WorkflowEvents|6|, \"events\": \"ALL\"",
        "WorkflowStart|4|, \"events\": \"ALL\"",
        "WorkflowStart|3|, \"affinity\": null & , \"events\": \"ALL\"",
        "WorkflowStart|2|, \"branch\": -1 & , \"affinity\": null & , \"events\": \"ALL\"",
        "WorkflowStart|1|, \"parent\": null, \"onDuplicate\": \"REJECT\" & " + NEW_OF_DEFINITIONS,
        "WorkflowControl|1|, \"step\": \"\", \"name\": \"\", \"payload\": null, \"priority\": -1, \"version\": 0, \"dryRun\": false, \"id\": \"\", \"parent\": null",
        "WorkflowControl|2|, \"parent\": null",
        "StepCommand|1|, \"branch\": -1, \"items\": [], \"progress\": null, \"heartbeatMs\": 0",
        "StepCompletion|1|, \"branch\": -1, \"results\": [], \"retryAfterMs\": 0",
        "StepCompletion|2|, \"retryAfterMs\": 0"
      })
  void goldenBytesOfAnEarlierSchemaAreReadWithDefaultsForWhatIsNew(
      String name, int version, String defaults) throws Exception {
    String former = name + "." + version;
    SchemaRegistry registry = SchemaRegistries.connect("mock://" + UUID.randomUUID(), Map.of());
    String writer = new String(resource("/contract/v1/" + former + ".avsc"), UTF_8);
    assertThat(registry.register(name + "-value", new Schema.Parser().parse(writer))).isEqualTo(1);
    SpecificRecordBase sample =
        records().filter(each -> each.getSchema().getName().equals(name)).findAny().orElseThrow();

    SpecificRecordBase read =
        new AvroCodec<>(sample.getClass(), name, registry)
            .decode(resource("/golden/" + former + ".bin"));

    String known = read.toString();
    for (String added : defaults.split(" & ", -1)) {
      assertThat(known).contains(added);
      known = known.replace(added, "");
    }
    assertThat(known).isEqualTo(new String(resource("/golden/" + former + ".json"), UTF_8).strip());
  }

  @SuppressWarnings("unchecked")
  private static <T extends SpecificRecordBase> AvroCodec<T> codec(T sample, String topic) {
    return new AvroCodec<>(
        (Class<T>) sample.getClass(),
        topic,
        SchemaRegistries.connect("mock://" + UUID.randomUUID(), Map.of()));
  }

  private static byte[] resource(String path) throws IOException {
    try (InputStream in = GoldenFilesTest.class.getResourceAsStream(path)) {
      return Objects.requireNonNull(in, path).readAllBytes();
    }
  }
}
