package dev.millrace.worker.publish;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** A topic, and the partition of it that a record names, if it names one. */
record Target(String topic, @Nullable Integer partition) {
  static Target of(ProducerRecord<byte[], byte[]> record) {
    return new Target(record.topic(), record.partition());
  }
}
