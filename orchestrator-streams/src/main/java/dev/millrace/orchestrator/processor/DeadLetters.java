package dev.millrace.orchestrator.processor;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.core.decide.Decision;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.metrics.EngineMetrics;
import dev.millrace.schemas.HeaderNames;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.Topics;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Sends what cannot be processed to the dead letters: the record untouched, the reason in headers.
 * One that is too large together with its reason leaves the reason alone, or it would be read, fail
 * to be sent, and be read again for ever.
 */
final class DeadLetters {
  /** Largest letter: leaves room for what Kafka adds to a record. */
  static final int LETTER_BYTES = Limits.RECORD_BYTES - 4 * 1024;

  private static final String MALFORMED = "malformed";
  private static final long MOST_BYTES_PER_CHAR = 3;

  /** What the two lengths of a header take at most. */
  private static final long LENGTHS_BYTES = 10;

  private static final List<String> REASONS =
      List.of(
          HeaderNames.ERROR_CODE,
          HeaderNames.ERROR_MESSAGE,
          HeaderNames.ERROR_TOPIC,
          HeaderNames.ERROR_PARTITION,
          HeaderNames.ERROR_OFFSET);

  private final ProcessorContext<byte[], Outgoing> context;
  private final String topic;
  private final EngineMetrics metrics;

  /** Where a record was read. */
  record Origin(String topic, int partition, long offset) {
    static Origin of(RecordMetadata metadata) {
      return new Origin(metadata.topic(), metadata.partition(), metadata.offset());
    }
  }

  DeadLetters(ProcessorContext<byte[], Outgoing> context, Topics topics, EngineMetrics metrics) {
    this.context = context;
    this.topic = topics.deadLetters();
    this.metrics = metrics;
  }

  /** Counts an input that was refused as at-least-once delivery lets expect; sends any other. */
  void refuse(Record<byte[], byte[]> record, Origin from, Decision.Refused refused) {
    if (refused.reason().isExpected()) {
      metrics.refused(refused.reason().code());
    } else {
      send(record, from, refused.reason().code(), refused.message());
    }
  }

  /** Sends a record that is not what its topic holds. */
  void malformed(Record<byte[], byte[]> record, Origin from, MalformedRecordException reason) {
    send(record, from, MALFORMED, String.valueOf(reason.getMessage()));
  }

  void send(Record<byte[], byte[]> record, Origin from, String code, String message) {
    Headers headers = new RecordHeaders(record.headers());
    put(headers, HeaderNames.ERROR_CODE, code);
    put(headers, HeaderNames.ERROR_MESSAGE, Failure.cut(message, Limits.MESSAGE_CHARS));
    put(headers, HeaderNames.ERROR_TOPIC, from.topic());
    put(headers, HeaderNames.ERROR_PARTITION, Integer.toString(from.partition()));
    put(headers, HeaderNames.ERROR_OFFSET, Long.toString(from.offset()));
    long bytes = length(record.key()) + length(record.value()) + size(headers);
    if (bytes <= LETTER_BYTES) {
      context.forward(record.withValue(new Outgoing(topic, record.value())).withHeaders(headers));
    } else {
      context.forward(withoutContent(record, headers, bytes));
    }
    metrics.deadLetter(code);
  }

  private Record<byte[], Outgoing> withoutContent(
      Record<byte[], byte[]> record, Headers headers, long bytes) {
    Headers reasons = new RecordHeaders();
    for (String name : REASONS) {
      reasons.add(headers.lastHeader(name));
    }
    put(
        reasons,
        HeaderNames.ERROR_MESSAGE,
        "%s (key, value and headers are left out, a letter of %d bytes is too large; read them where the other headers say)"
            .formatted(
                new String(headers.lastHeader(HeaderNames.ERROR_MESSAGE).value(), UTF_8), bytes));
    byte @Nullable [] key = length(record.key()) <= Limits.WORKFLOW_ID_BYTES ? record.key() : null;
    return new Record<>(key, new Outgoing(topic, null), record.timestamp(), reasons);
  }

  private static long size(Headers headers) {
    long bytes = 0;
    for (Header header : headers) {
      bytes += MOST_BYTES_PER_CHAR * header.key().length() + length(header.value());
      bytes += LENGTHS_BYTES;
    }
    return bytes;
  }

  private static long length(byte @Nullable [] bytes) {
    return bytes == null ? 0 : bytes.length;
  }

  private static void put(Headers headers, String key, String value) {
    headers.remove(key).add(key, value.getBytes(UTF_8));
  }
}
