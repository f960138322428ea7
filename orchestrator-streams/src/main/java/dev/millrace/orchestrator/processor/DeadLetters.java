package dev.millrace.orchestrator.processor;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.metrics.EngineMetrics;
import dev.millrace.schemas.HeaderNames;
import dev.millrace.schemas.Topics;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

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

  void send(Record<byte[], byte[]> record, RecordMetadata from, String code, String message) {
    send(record, from.topic(), from.partition(), from.offset(), code, message);
  }

  void send(
      Record<byte[], byte[]> record,
      String fromTopic,
      int partition,
      long offset,
      String code,
      String message) {
    Headers headers = new RecordHeaders(record.headers());
    put(headers, HeaderNames.ERROR_CODE, code);
    put(headers, HeaderNames.ERROR_MESSAGE, message);
    put(headers, HeaderNames.ERROR_TOPIC, fromTopic);
    put(headers, HeaderNames.ERROR_PARTITION, Integer.toString(partition));
    put(headers, HeaderNames.ERROR_OFFSET, Long.toString(offset));
    context.forward(record.withValue(new Outgoing(topic, record.value())).withHeaders(headers));
    metrics.deadLetter(code);
  }

  private static void put(Headers headers, String key, String value) {
    headers.remove(key).add(key, value.getBytes(UTF_8));
  }
}
