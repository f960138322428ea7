package dev.millrace.schemas.wire;

import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.registry.UnknownSchemaException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * Encodes and decodes one record type in Confluent's wire format: a zero byte, the schema id as a
 * 4-byte big-endian integer, the Avro binary. Not thread-safe; give each thread its own.
 *
 * <p>Whatever the bytes are, decoding ends in a record, a {@link MalformedRecordException} or a
 * {@link dev.millrace.schemas.registry.RegistryUnavailableException}, and allocates no more than a
 * small multiple of their length. A decoded record shares nothing with the bytes or with the codec:
 * its byte buffers have arrays of their own, which belong to the caller. Encoding leaves positions
 * and limits of byte buffers as they are.
 *
 * @param <T> the generated record class
 */
public final class AvroCodec<T extends SpecificRecordBase> {
  /** Writers' schemas kept ready; beyond them the one that was met first is resolved again. */
  private static final int MAX_READERS = 256;

  private final SchemaRegistry registry;
  private final Schema schema;
  private final SpecificData model;
  private final int schemaId;
  private final DatumEncoder encoder;
  private final SpecificDatumReader<T> ownReader;
  private final Map<Integer, SpecificDatumReader<T>> readers = new LinkedHashMap<>();
  private final ByteArrayEncoder out = new ByteArrayEncoder();
  private final ByteArrayDecoder decoder = new ByteArrayDecoder();

  /**
   * A codec for the records of one topic; registers the record type's schema under the topic's
   * value subject.
   *
   * @throws RuntimeException as {@link SchemaRegistry#register}
   */
  public AvroCodec(Class<T> type, String topic, SchemaRegistry registry) {
    this.registry = registry;
    this.model = GeneratedRecords.model(type);
    this.schema = model.getSchema(type);
    this.schemaId = registry.register(subject(topic), ContractSchemas.of(type));
    this.encoder = DatumEncoder.of(schema);
    this.ownReader = new SpecificDatumReader<>(schema, schema, model);
  }

  /** The subject that the schema of a topic's values is registered under. */
  public static String subject(String topic) {
    return topic + "-value";
  }

  /**
   * The framed bytes of a record.
   *
   * @throws IllegalArgumentException when a required field is not set; the message names it
   */
  public byte[] encode(T record) {
    out.clear();
    out.writeByte(WireFrame.MAGIC);
    out.writeByte(schemaId >>> 24);
    out.writeByte(schemaId >>> 16);
    out.writeByte(schemaId >>> 8);
    out.writeByte(schemaId);
    encoder.write(record, out);
    return out.take();
  }

  /**
   * The record in framed bytes, written with any schema of the subject.
   *
   * @throws MalformedRecordException when the bytes are no such record, or more than one
   * @throws dev.millrace.schemas.registry.RegistryUnavailableException when the writer's schema is
   *     not known yet and the registry cannot be asked
   */
  public T decode(byte[] framed) throws MalformedRecordException {
    int id = WireFrame.schemaId(framed);
    return WireFrame.read(reader(id), decoder, framed, schema, id);
  }

  private SpecificDatumReader<T> reader(int id) throws MalformedRecordException {
    if (id == schemaId) {
      return ownReader;
    }
    SpecificDatumReader<T> reader = readers.get(id);
    if (reader == null) {
      Schema written;
      try {
        written = registry.schemaById(id);
      } catch (UnknownSchemaException e) {
        throw new MalformedRecordException(String.valueOf(e.getMessage()), e);
      }
      reader = new SpecificDatumReader<>(written, schema, model);
      if (readers.size() >= MAX_READERS) {
        readers.remove(readers.keySet().iterator().next());
      }
      readers.put(id, reader);
    }
    return reader;
  }
}
