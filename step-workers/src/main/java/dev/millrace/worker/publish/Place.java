package dev.millrace.worker.publish;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/** Within which events stay in order: a key of a topic. */
record Place(String topic, Bytes key) {
  /** None for a record without a key: among those there is no order. */
  static @Nullable Place of(ProducerRecord<byte[], byte[]> record) {
    byte[] key = record.key();
    return key == null ? null : new Place(record.topic(), Bytes.wrap(key));
  }
}
