package dev.millrace.worker.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.schemas.HeaderNames;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.streams.test.TestRecord;

/** Records on their way between the engine and the workers. */
final class Records {
  private Records() {}

  /** What a record says that the engine or a worker has written. */
  static <T extends SpecificRecordBase> T decode(AvroCodec<T> codec, byte[] value) {
    try {
      return codec.decode(value);
    } catch (MalformedRecordException e) {
      throw new IllegalStateException("a record of the engine or a worker cannot be read", e);
    }
  }

  /** A record as a consumer of its topic gets it. */
  static ConsumerRecord<byte[], byte[]> consumed(
      String topic, long offset, TestRecord<byte[], byte[]> record) {
    return new ConsumerRecord<>(
        topic,
        0,
        offset,
        record.timestamp(),
        TimestampType.CREATE_TIME,
        record.key().length,
        record.value().length,
        record.key(),
        record.value(),
        record.headers(),
        Optional.empty());
  }

  /** A dead letter on one line: its key, the code and the reason. */
  static String letter(byte[] key, Headers headers) {
    return "%s: %s: %s"
        .formatted(
            new String(key, UTF_8),
            text(headers, HeaderNames.ERROR_CODE),
            text(headers, HeaderNames.ERROR_MESSAGE));
  }

  private static String text(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return header == null ? "" : new String(header.value(), UTF_8);
  }
}
