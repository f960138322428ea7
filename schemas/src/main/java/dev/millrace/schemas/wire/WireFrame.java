package dev.millrace.schemas.wire;

import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificDatumReader;

/** Confluent's frame: a zero byte, the schema id in four bytes (big-endian), the Avro binary. */
final class WireFrame {
  static final byte MAGIC = 0;
  private static final int HEADER_BYTES = 5;

  private WireFrame() {}

  /**
   * The id of the writer's schema.
   *
   * @throws MalformedRecordException when the bytes are not framed
   */
  static int schemaId(byte[] framed) throws MalformedRecordException {
    if (framed.length < HEADER_BYTES || framed[0] != MAGIC) {
      throw new MalformedRecordException(
          "not in Confluent's wire format: expected a zero byte and a 4-byte schema id", null);
    }
    return (framed[1] & 0xff) << 24
        | (framed[2] & 0xff) << 16
        | (framed[3] & 0xff) << 8
        | (framed[4] & 0xff);
  }

  /**
   * The one record in framed bytes.
   *
   * @param schema of the reader
   * @param id of the writer's schema, which the reader was made with
   * @throws MalformedRecordException when they are not that, whatever Avro says of it
   */
  static <T> T read(
      SpecificDatumReader<T> reader, ByteArrayDecoder decoder, byte[] framed, Schema schema, int id)
      throws MalformedRecordException {
    decoder.reset(framed, HEADER_BYTES);
    T record;
    int rest;
    try {
      record = reader.read(null, decoder);
      rest = decoder.remaining();
    } catch (IOException | RuntimeException | StackOverflowError e) {
      // Avro reports bad bytes in many ways; the overflow is a writer's schema that nests in
      // itself.
      throw new MalformedRecordException(
          "not a %s written with schema id %d: %s".formatted(schema.getName(), id, e), e);
    } finally {
      decoder.clear();
    }
    if (rest > 0) {
      throw new MalformedRecordException(
          "%d bytes too many after a %s written with schema id %d"
              .formatted(rest, schema.getName(), id),
          null);
    }
    return record;
  }
}
