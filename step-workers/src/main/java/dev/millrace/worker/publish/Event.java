package dev.millrace.worker.publish;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * A record under the id by which it is known.
 *
 * @param bytes about what it takes of memory, see {@link #bytes(String, ProducerRecord)}
 * @param takenNanos when it was taken, by the clock {@link System#nanoTime()}
 */
record Event(String id, ProducerRecord<byte[], byte[]> record, long bytes, long takenNanos) {
  /** About what a record takes beside what it contains. */
  private static final int OVERHEAD_BYTES = 64;

  /** With a copy of the record that carries the id: the caller's own stays as it is. */
  static Event of(String id, ProducerRecord<byte[], byte[]> record, long bytes, long takenNanos) {
    ProducerRecord<byte[], byte[]> copy =
        new ProducerRecord<>(
            record.topic(),
            record.partition(),
            record.timestamp(),
            record.key(),
            record.value(),
            record.headers());
    copy.headers()
        .remove(BatchedEventPublisher.EVENT_ID_HEADER)
        .add(BatchedEventPublisher.EVENT_ID_HEADER, id.getBytes(UTF_8));
    return new Event(id, copy, bytes, takenNanos);
  }

  /** Of key, value, headers and id, and something for the rest. */
  static long bytes(String id, ProducerRecord<byte[], byte[]> record) {
    long bytes = OVERHEAD_BYTES + length(record.key()) + length(record.value());
    bytes += BatchedEventPublisher.EVENT_ID_HEADER.length() + 2L * id.length();
    for (Header header : record.headers()) {
      bytes += header.key().length() + length(header.value());
    }
    return bytes;
  }

  private static long length(byte @Nullable [] data) {
    return data == null ? 0 : data.length;
  }
}
