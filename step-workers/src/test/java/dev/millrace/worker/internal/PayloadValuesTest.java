package dev.millrace.worker.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.BuiltInRegistry;
import dev.millrace.schemas.registry.IncompatibleSchemaException;
import dev.millrace.schemas.registry.RegistryUnavailableException;
import dev.millrace.schemas.registry.SchemaRegistries;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.worker.InMemoryRegistry;
import dev.millrace.worker.Payload;
import dev.millrace.worker.UnreadablePayloadException;
import dev.millrace.worker.spi.PayloadCodec;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.acme.orders.Check;
import org.acme.orders.Kind;
import org.acme.orders.Order;
import org.acme.orders.lines.Line;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.Test;

final class PayloadValuesTest {
  private static final Order ORDER =
      Order.newBuilder()
          .setId("o-1")
          .setKind(Kind.RETURN)
          .setLines(List.of(new Line("lamp", 2), new Line("b\u00fccher", 1)))
          .setNotes(Map.of("gift", "yes"))
          .setCheck(new Check(new byte[] {7, 9}))
          .setPlacedAt(Instant.parse("2026-05-06T07:08:09.123Z"))
          .setTotal(12.5)
          .build();

  private final Map<String, Schema> subjects = new HashMap<>();
  private final InMemoryRegistry registry =
      new InMemoryRegistry() {
        @Override
        public synchronized int register(String subject, Schema schema) {
          subjects.put(subject, schema);
          return super.register(subject, schema);
        }
      };
  private final PayloadValues values =
      new PayloadValues(registry, Topics.standard(), PayloadCodec.NONE);

  private static PayloadValues with(SchemaRegistry registry) {
    return new PayloadValues(registry, Topics.standard(), PayloadCodec.NONE);
  }

  @Test
  void recordOfAnApplicationGoesToConfluentsWireFormatAndBack() throws Exception {
    Payload payload = values.write(ORDER);

    assertThat(payload.contentType()).isEqualTo("application/avro");
    assertThat(payload.isAvro()).isTrue();
    assertThat(ByteBuffer.wrap(payload.data()).get()).isZero();
    int id = ByteBuffer.wrap(payload.data()).getInt(1);
    assertThat(registry.schemaById(id).getFullName()).isEqualTo("org.acme.orders.Order");
    assertThat(values.read("input", payload, Order.class)).isEqualTo(ORDER);
    assertThat(with(registry).read("input", payload, Order.class)).isEqualTo(ORDER);
  }

  @Test
  void schemaOfARecordIsUnderASubjectOfTheInstallationAndFreeOfJavasHints() throws Exception {
    values.write(ORDER);

    assertThat(subjects).containsOnlyKeys("millrace.payloads-org.acme.orders.Order");
    assertThat(subjects.values())
        .singleElement()
        .satisfies(schema -> assertThat(schema.getField("id").schema()).hasToString("\"string\""));
  }

  @Test
  void recordOfAnOlderSchemaIsReadAsTheOneThatTheHandlerKnows() throws Exception {
    Schema older =
        new Schema.Parser()
            .parse(
                ORDER
                    .getSchema()
                    .toString()
                    .replaceFirst(",\\{\"name\":\"total\".*?\"default\":null}", ""));
    assertThat(older.getField("total")).isNull();
    int id = registry.register("else", older);
    byte[] bytes = values.write(ORDER).data();
    // Without its last field: the branch of the union and a double.
    ByteBuffer framed = ByteBuffer.wrap(Arrays.copyOf(bytes, bytes.length - 9));
    framed.putInt(1, id);

    Order read = values.read("input", new Payload("application/avro", framed.array()), Order.class);

    assertThat(read.getTotal()).isNull();
    assertThat(read.getLines()).isEqualTo(ORDER.getLines());
  }

  @Test
  void everyTruncationAndAByteTooManyAreUnreadable() throws Exception {
    byte[] whole = values.write(ORDER).data();
    for (int length = 0; length <= whole.length + 1; length++) {
      if (length != whole.length) {
        Payload broken = new Payload(Payload.AVRO, Arrays.copyOf(whole, length));
        assertThatThrownBy(() -> values.read("input", broken, Order.class))
            .isInstanceOf(UnreadablePayloadException.class)
            .hasMessageStartingWith("input: not Avro of a Order: ");
      }
    }
  }

  @Test
  void recordOfAnUnknownSchemaOrAnotherKindIsUnreadable() throws Exception {
    byte[] bytes = values.write(ORDER).data();
    ByteBuffer.wrap(bytes).putInt(1, 99);
    assertThatThrownBy(() -> values.read("input", new Payload(Payload.AVRO, bytes), Order.class))
        .isInstanceOf(UnreadablePayloadException.class)
        .hasMessageContaining("no schema with id 99");

    Payload line = values.write(new Line("lamp", 2));
    assertThatThrownBy(() -> values.read("input", line, Order.class))
        .isInstanceOf(UnreadablePayloadException.class);
  }

  @Test
  void jsonIsNotReadAsARecordOfAvroNorAvroAsJson() throws Exception {
    assertThatThrownBy(() -> values.read("input", Payload.json(new byte[] {'{', '}'}), Order.class))
        .isInstanceOf(UnreadablePayloadException.class)
        .hasMessage(
            "input: expected Order in Avro, but its content type is 'application/json': read it as a class of your own, or as a Payload");
    Payload avro = values.write(ORDER);
    assertThatThrownBy(() -> values.read("input", avro, String.class))
        .isInstanceOf(UnreadablePayloadException.class)
        .hasMessageContaining("application/avro");
  }

  @Test
  void recordThatIsNotWholeCannotBeWritten() {
    assertThatThrownBy(() -> values.write(new Order()))
        .isInstanceOf(UnwritableValueException.class)
        .hasMessageContaining("not a whole org.acme.orders.Order");
  }

  @Test
  void recordWhoseSchemaIsRefusedCannotBeWritten() {
    PayloadValues refused =
        with(
            new InMemoryRegistry() {
              @Override
              public synchronized int register(String subject, Schema schema) {
                throw new IncompatibleSchemaException("a field less", null);
              }
            });
    assertThatThrownBy(() -> refused.write(ORDER))
        .isInstanceOf(UnwritableValueException.class)
        .hasMessageContaining("a field less");
  }

  @Test
  void bytesAreWrittenAndReadAsTheyAre() throws Exception {
    byte[] bytes = {1, 2, 3};
    Payload payload = values.write(bytes);
    assertThat(payload.contentType()).isEqualTo("application/octet-stream");
    assertThat(payload.data()).isSameAs(bytes);
    assertThat(values.read("input", payload, byte[].class)).isSameAs(bytes);
    Payload text = new Payload("text/plain", "x".getBytes(StandardCharsets.UTF_8));
    assertThat(values.read("input", text, Payload.class)).isSameAs(text);
    assertThat(values.read("input", text, byte[].class)).isSameAs(text.data());
  }

  @Test
  void recordGoesThroughARegistryThatSpeaksConfluentsApi() throws Exception {
    try (BuiltInRegistry server = BuiltInRegistry.inMemory(0)) {
      Payload payload = with(SchemaRegistries.connect(server.url(), Map.of())).write(ORDER);
      PayloadValues elsewhere = with(SchemaRegistries.connect(server.url(), Map.of()));
      assertThat(elsewhere.read("input", payload, Order.class)).isEqualTo(ORDER);
    }
  }

  @Test
  void recordThatDoesNotGoWithEarlierOnesOfItsNameCannotBeWritten() throws Exception {
    try (BuiltInRegistry server = BuiltInRegistry.inMemory(0)) {
      SchemaRegistry client = SchemaRegistries.connect(server.url(), Map.of());
      Schema other =
          SchemaBuilder.record("org.acme.orders.Order").fields().requiredInt("id").endRecord();
      client.register("millrace.payloads-org.acme.orders.Order", other);

      assertThatThrownBy(() -> with(client).write(ORDER))
          .isInstanceOf(UnwritableValueException.class)
          .hasMessageContaining("cannot be written as Avro");
    }
  }

  @Test
  void registryThatDoesNotAnswerIsTold() {
    PayloadValues cut = with(SchemaRegistries.connect("http://127.0.0.1:1", Map.of()));
    assertThatThrownBy(() -> cut.write(ORDER)).isInstanceOf(RegistryUnavailableException.class);
    Payload payload = new Payload(Payload.AVRO, new byte[] {0, 0, 0, 0, 9, 1});
    assertThatThrownBy(() -> cut.read("input", payload, Order.class))
        .isInstanceOf(RegistryUnavailableException.class);
  }

  /** The classes of the application once more, as those of a jar with its own class loader. */
  private static final class Jar extends URLClassLoader {
    Jar() {
      super(new URL[] {Order.class.getProtectionDomain().getCodeSource().getLocation()}, null);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      return name.startsWith("org.acme.")
          ? super.findClass(name)
          : PayloadValuesTest.class.getClassLoader().loadClass(name);
    }
  }

  @Test
  void recordsOfAJarAreMadeOfItsOwnClasses() throws Exception {
    Payload payload = values.write(ORDER);
    try (Jar jar = new Jar()) {
      Class<?> type = jar.loadClass("org.acme.orders.Order");
      assertThat(type).isNotSameAs(Order.class);

      Object read = values.read("input", payload, type);

      assertThat(read).isExactlyInstanceOf(type).hasToString(ORDER.toString());
      List<?> lines = (List<?>) type.getMethod("getLines").invoke(read);
      assertThat(lines.getFirst().getClass().getClassLoader()).isSameAs(jar);
      assertThat(values.write(read).data()).isEqualTo(payload.data());
    }
  }
}
