package dev.millrace.schemas.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.millrace.schemas.Samples;
import dev.millrace.schemas.registry.SchemaRegistries;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.v1.EventSource;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.v1.WorkflowDefinition;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.v1.WorkflowStart;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AvroCodecTest {
  private final SchemaRegistry registry =
      SchemaRegistries.connect("mock://" + UUID.randomUUID(), Map.of());

  static Stream<SpecificRecordBase> records() {
    return Samples.all().stream();
  }

  @ParameterizedTest
  @MethodSource("records")
  <T extends SpecificRecordBase> void readsWhatItWrites(T record) throws Exception {
    AvroCodec<T> codec = codec(record);

    T read = codec.decode(codec.encode(record));

    assertThat(read).hasToString(record.toString());
    assertThat(codec.encode(read)).isEqualTo(codec.encode(record));
  }

  @ParameterizedTest
  @MethodSource("records")
  <T extends SpecificRecordBase> void everyTruncationIsMalformed(T record) {
    AvroCodec<T> codec = codec(record);
    byte[] framed = codec.encode(record);

    for (int length = 0; length < framed.length; length++) {
      byte[] cut = Arrays.copyOf(framed, length);
      assertThatThrownBy(() -> codec.decode(cut)).isInstanceOf(MalformedRecordException.class);
    }
  }

  @Test
  void trailingBytesAreMalformed() {
    AvroCodec<WorkflowStart> codec = codec(Samples.start());
    byte[] framed = codec.encode(Samples.start());

    assertThatThrownBy(() -> codec.decode(Arrays.copyOf(framed, framed.length + 2)))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining("2 bytes too many after a WorkflowStart");
  }

  @Test
  void bytesWithoutTheWireFormatAreMalformed() {
    AvroCodec<WorkflowStart> codec = codec(Samples.start());

    assertThatThrownBy(() -> codec.decode("{\"definition\":\"quake\"}".getBytes(UTF_8)))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining("wire format");
  }

  @Test
  void anUnknownSchemaIdIsMalformed() {
    AvroCodec<WorkflowStart> codec = codec(Samples.start());

    assertThatThrownBy(() -> codec.decode(new byte[] {0, 0x7f, 0, 0, 1, 0}))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining("schema id 2130706433", "does not exist");
  }

  @Test
  void aRecordOfAnotherTypeIsMalformed() {
    AvroCodec<WorkflowStart> starts = codec(Samples.start());
    byte[] definition = codec(Samples.definition()).encode(Samples.definition());

    assertThatThrownBy(() -> starts.decode(definition))
        .isInstanceOf(MalformedRecordException.class);
  }

  @Test
  void hugeLengthsAreRefusedBeforeAnythingIsAllocated() {
    AvroCodec<WorkflowDefinition> definitions = codec(Samples.definition());
    AvroCodec<StepCompletion> completions = codec(Samples.completion());
    String twoGigabytes = "feffffff0f";
    String name = "0261";
    byte[] longName = framed(definitions, Samples.definition(), twoGigabytes + "00");
    byte[] manySteps =
        framed(definitions, Samples.definition(), name + "02" + "00" + "00" + twoGigabytes);
    byte[] longOutput =
        framed(completions, Samples.completion(), name + "02" + "02" + "02" + "00" + twoGigabytes);

    long before = allocated();
    assertThatThrownBy(() -> definitions.decode(longName))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining("length 2147483647");
    assertThatThrownBy(() -> definitions.decode(manySteps))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining("item count 2147483647");
    assertThatThrownBy(() -> completions.decode(longOutput))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining("length 2147483647");
    assertThat(allocated() - before).isLessThan(50_000_000L);
  }

  @Test
  void textThatIsNotUtf8IsMalformedButTheReplacementCharacterIsText() throws Exception {
    AvroCodec<StepCompletion> codec = codec(Samples.completion());
    StepCompletion replacement = Samples.completion();
    replacement.setWorker("\uFFFD");
    assertThat(codec.decode(codec.encode(replacement)).getWorker()).isEqualTo("\uFFFD");

    byte[] broken = framed(codec, Samples.completion(), "02ff" + "0202000000000000");
    assertThatThrownBy(() -> codec.decode(broken))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining("not UTF-8");
  }

  @Test
  void aMissingFieldIsNamedWhenWriting() {
    WorkflowEvents incomplete = Samples.events();
    incomplete.getEvents().get(1).getFailure().setType(null);

    assertThatThrownBy(() -> codec(incomplete).encode(incomplete))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "WorkflowEvents.events: WorkflowEvent.failure: Failure.type: no value: must be a String");
  }

  @Test
  void aFailedWriteLeavesNothingBehind() throws Exception {
    WorkflowEvents incomplete = Samples.events();
    incomplete.getEvents().get(2).setStep(null);
    AvroCodec<WorkflowEvents> codec = codec(incomplete);
    assertThatThrownBy(() -> codec.encode(incomplete)).isInstanceOf(IllegalArgumentException.class);

    assertThat(codec.decode(codec.encode(Samples.events())))
        .hasToString(Samples.events().toString());
  }

  @Test
  void aDecodedPayloadIsTheCallersOwn() throws Exception {
    AvroCodec<StepCompletion> codec = codec(Samples.completion());
    byte[] framed = codec.encode(Samples.completion());
    ByteBuffer data = codec.decode(framed).getOutput().getData();
    Arrays.fill(framed, (byte) 0x55);
    codec.encode(Samples.completion());

    assertThat(data).isEqualTo(Samples.completion().getOutput().getData());
    assertThat(data.arrayOffset()).isZero();
    assertThat(data.capacity()).isEqualTo(data.remaining());
  }

  @Test
  void writingLeavesPayloadBuffersAsTheyAreWhateverTheirKind() throws Exception {
    ByteBuffer direct = ByteBuffer.allocateDirect(8).put(new byte[] {9, 8, 7, 6, 5, 4, 3, 2});
    direct.position(2).limit(5);
    StepCompletion completion = Samples.completion();
    completion.setOutput(Payload.newBuilder().setData(direct.asReadOnlyBuffer()).build());
    AvroCodec<StepCompletion> codec = codec(completion);

    codec.encode(completion);
    ByteBuffer back = codec.decode(codec.encode(completion)).getOutput().getData();

    assertThat(back).isEqualTo(ByteBuffer.wrap(new byte[] {7, 6, 5}));
  }

  @Test
  void payloadsOfTheLargestSizeGoThrough() throws Exception {
    StepCompletion completion = Samples.completion();
    completion.getOutput().setData(ByteBuffer.wrap(new byte[8 * 1024 * 1024]));
    AvroCodec<StepCompletion> codec = codec(completion);

    assertThat(codec.decode(codec.encode(completion))).isEqualTo(completion);
    assertThat(codec.decode(codec.encode(Samples.completion()))).isEqualTo(Samples.completion());
  }

  @Test
  void aSymbolNewerThanTheReaderIsReadAsUnknownAndANewFieldIsSkipped() throws Exception {
    String newer =
        ContractSchemas.of(WorkflowEvents.class)
            .toString()
            .replace("\"SCHEDULE\"]", "\"SCHEDULE\",\"SIGNAL\"]")
            .replace(
                "{\"name\":\"events\"",
                "{\"name\":\"note\",\"type\":{\"type\":\"map\",\"values\":\"string\"},\"default\":{}},{\"name\":\"events\"");
    int id = registry.register("newer-value", new Schema.Parser().parse(newer));
    // sequence 1, at 0, source SIGNAL, offset 0, a note of one entry in a sized block, no events,
    // no scope
    byte[] framed =
        HexFormat.of()
            .parseHex(
                "00"
                    + "%08x".formatted(id)
                    + "02"
                    + "00"
                    + "0c"
                    + "00"
                    + "010802610262"
                    + "00"
                    + "00"
                    + "00");

    WorkflowEvents read = codec(Samples.events()).decode(framed);

    assertThat(read.getSource()).isEqualTo(EventSource.UNKNOWN);
    assertThat(read.getFirstSequence()).isEqualTo(1);
  }

  @Test
  void aWriterSchemaThatNestsInItselfCannotOverflowTheStack() {
    Schema nesting =
        SchemaBuilder.record("StepCompletion")
            .namespace("dev.millrace.schemas.v1")
            .fields()
            .name("junk")
            .type()
            .optional()
            .type("StepCompletion")
            .requiredString("step")
            .requiredInt("attempt")
            .name("status")
            .type(Samples.completion().getSchema().getField("status").schema())
            .noDefault()
            .endRecord();
    int id = registry.register("nesting-value", nesting);
    byte[] framed = new byte[1_000_000];
    Arrays.fill(framed, (byte) 2);
    framed[0] = 0;
    System.arraycopy(ByteBuffer.allocate(4).putInt(id).array(), 0, framed, 1, 4);

    assertThatThrownBy(() -> codec(Samples.completion()).decode(framed))
        .isInstanceOf(MalformedRecordException.class);
  }

  @Test
  void writingAllocatesTheOutputAndLittleElse() {
    AvroCodec<WorkflowEvents> codec = codec(Samples.events());
    WorkflowEvents record = Samples.events();
    record.getEvents().forEach(event -> event.setFailure(null));
    record.getEvents().getFirst().getStart().setInlineDefinition(null);
    int size = codec.encode(record).length;
    int rounds = 20_000;
    for (int i = 0; i < rounds; i++) {
      codec.encode(record);
    }
    long before = allocated();
    for (int i = 0; i < rounds; i++) {
      codec.encode(record);
    }

    // The array, its header, and boxes of a few long fields where the JIT keeps them.
    assertThat((allocated() - before) / rounds).isLessThan(size + 400L);
  }

  private static long allocated() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }

  private static <T extends SpecificRecordBase> byte[] framed(
      AvroCodec<T> codec, T sample, String body) {
    return HexFormat.of().parseHex(HexFormat.of().formatHex(codec.encode(sample), 0, 5) + body);
  }

  @SuppressWarnings("unchecked")
  private <T extends SpecificRecordBase> AvroCodec<T> codec(T sample) {
    return new AvroCodec<>((Class<T>) sample.getClass(), sample.getSchema().getName(), registry);
  }
}
