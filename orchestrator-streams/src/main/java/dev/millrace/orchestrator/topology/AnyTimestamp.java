package dev.millrace.orchestrator.topology;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * Takes a record without a timestamp as one of 1970. A client may leave it out, and what Kafka
 * Streams does by default, to end the stream thread, would let one record stop the engine.
 * Stateless.
 */
final class AnyTimestamp implements TimestampExtractor {
  @Override
  public long extract(ConsumerRecord<Object, Object> record, long partitionTimeMs) {
    return Math.max(0, record.timestamp());
  }
}
