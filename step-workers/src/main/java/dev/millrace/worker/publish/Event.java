package dev.millrace.worker.publish;

import org.apache.kafka.clients.producer.ProducerRecord;

/** A record under the id by which it is known. */
record Event(String id, ProducerRecord<byte[], byte[]> record, int bytes) {
  /** About what a record takes beside its key and value. */
  private static final int OVERHEAD_BYTES = 64;

  Event(String id, ProducerRecord<byte[], byte[]> record) {
    this(id, record, OVERHEAD_BYTES + length(record.key()) + length(record.value()));
  }

  private static int length(byte[] data) {
    return data == null ? 0 : data.length;
  }
}
