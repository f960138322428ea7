package dev.millrace.schemas.wire;

import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.registry.UnknownSchemaException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/**
 * Encodes and decodes one record type in Confluent's wire format: a zero byte, the schema id as a
 * 4-byte big-endian integer, the Avro binary. Not thread-safe; give each thread its own.
 *
 * @param <T> the generated record class
 */
public final class AvroCodec<T extends SpecificRecordBase> {
  private static final byte MAGIC = 0;
  private static final int HEADER_BYTES = 5;

  private final SchemaRegistry registry;
  private final Schema schema;
  private final SpecificData model;
  private final int schemaId;
  private final SpecificDatumWriter<T> writer;
  private final Map<Integer, SpecificDatumReader<T>> readers = new HashMap<>();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream(256);
  private @Nullable BinaryEncoder encoder;
  private @Nullable BinaryDecoder decoder;

  /**
   * A codec for the records of one topic; registers the record type's schema under the topic's
   * value subject.
   *
   * @throws RuntimeException as {@link SchemaRegistry#register}
   */
  public AvroCodec(Class<T> type, String topic, SchemaRegistry registry) {
    this.registry = registry;
    this.model = SpecificData.getForClass(type);
    this.model.setCustomCoders(true);
    this.schema = model.getSchema(type);
    this.schemaId = registry.register(topic + "-value", schema);
    this.writer = new SpecificDatumWriter<>(schema, model);
  }

  /** The framed bytes of a record. */
  public byte[] encode(T record) {
    out.reset();
    out.write(MAGIC);
    out.write(schemaId >>> 24);
    out.write(schemaId >>> 16);
    out.write(schemaId >>> 8);
    out.write(schemaId);
    encoder = EncoderFactory.get().directBinaryEncoder(out, encoder);
    try {
      writer.write(record, encoder);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a ByteArrayOutputStream does not fail
    }
    return out.toByteArray();
  }

  /**
   * The record in framed bytes, written with any schema of the subject.
   *
   * @throws MalformedRecordException when the bytes are no such record
   * @throws dev.millrace.schemas.registry.RegistryUnavailableException when the writer's schema is
   *     not known yet and the registry cannot be asked
   */
  public T decode(byte[] framed) throws MalformedRecordException {
    if (framed.length < HEADER_BYTES || framed[0] != MAGIC) {
      throw new MalformedRecordException(
          "not in Confluent's wire format: expected a zero byte and a 4-byte schema id", null);
    }
    int id =
        (framed[1] & 0xff) << 24
            | (framed[2] & 0xff) << 16
            | (framed[3] & 0xff) << 8
            | (framed[4] & 0xff);
    SpecificDatumReader<T> reader = reader(id);
    decoder =
        DecoderFactory.get()
            .binaryDecoder(framed, HEADER_BYTES, framed.length - HEADER_BYTES, decoder);
    try {
      return reader.read(null, decoder);
    } catch (IOException | AvroRuntimeException | IndexOutOfBoundsException e) {
      throw new MalformedRecordException(
          "not a %s written with schema id %d: %s".formatted(schema.getName(), id, e), e);
    }
  }

  private SpecificDatumReader<T> reader(int id) throws MalformedRecordException {
    SpecificDatumReader<T> reader = readers.get(id);
    if (reader == null) {
      Schema written;
      try {
        written = id == schemaId ? schema : registry.schemaById(id);
      } catch (UnknownSchemaException e) {
        throw new MalformedRecordException("unknown schema id " + id, e);
      }
      reader = new SpecificDatumReader<>(written, schema, model);
      readers.put(id, reader);
    }
    return reader;
  }
}
