package dev.millrace.orchestrator.processor;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.metrics.EngineMetrics;
import dev.millrace.schemas.Topics;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Sends what cannot be processed to the dead letters: the record untouched, the reason in headers.
 */
final class DeadLetters {
  private final ProcessorContext<byte[], Outgoing> context;
  private final String topic;
  private final EngineMetrics metrics;

  DeadLetters(ProcessorContext<byte[], Outgoing> context, Topics topics, EngineMetrics metrics) {
    this.context = context;
    this.topic = topics.deadLetters();
    this.metrics = metrics;
  }

  /** Where a record came from. */
  record Origin(String topic, int partition, long offset) {}

  void send(
      byte @Nullable [] key,
      byte @Nullable [] value,
      Headers headers,
      long timestampMs,
      Origin origin,
      String code,
      String message) {
    Headers reasons = new RecordHeaders(headers);
    put(reasons, "millrace.error.code", code);
    put(reasons, "__streams.errors.message", message);
    put(reasons, "__streams.errors.topic", origin.topic());
    put(reasons, "__streams.errors.partition", Integer.toString(origin.partition()));
    put(reasons, "__streams.errors.offset", Long.toString(origin.offset()));
    context.forward(
        new Record<>(key, new Outgoing(topic, value), Math.max(0, timestampMs), reasons));
    metrics.deadLetter(code);
  }

  private static void put(Headers headers, String key, String value) {
    headers.remove(key).add(key, value.getBytes(UTF_8));
  }
}
