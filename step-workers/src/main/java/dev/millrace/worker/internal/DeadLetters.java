package dev.millrace.worker.internal;

import dev.millrace.schemas.HeaderNames;
import dev.millrace.schemas.Limits;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts records that are no command into the dead-letters topic: key, value, headers and timestamp
 * as they are, and the reason in headers beside them.
 */
final class DeadLetters {
  /**
   * Stable code of the reason, the engine's own for inputs: the bytes are no record of the topic.
   */
  static final String MALFORMED = "malformed";

  private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);

  private final Producer<byte[], byte[]> producer;
  private final String topic;

  DeadLetters(Producer<byte[], byte[]> producer, String topic) {
    this.producer = producer;
    this.topic = topic;
  }

  /**
   * Writes a record that is no command.
   *
   * @param withValue false to leave out the value of a record that is too large together with its
   *     reason; it can still be read at the place that the headers name
   * @param acknowledged told when the broker has it, or that it will never have it
   */
  @SuppressWarnings("FutureReturnValueIgnored") // the callback is told
  void send(
      ConsumerRecord<byte[], byte[]> record,
      Exception reason,
      boolean withValue,
      Callback acknowledged) {
    LOG.warn(
        "{}-{} offset {} is no step command; it goes to {}{}: {}",
        record.topic(),
        record.partition(),
        record.offset(),
        topic,
        withValue ? "" : " without its value, which is too large",
        reason.getMessage());
    producer.send(letter(record, withValue ? record.value() : null, reason), acknowledged);
  }

  private ProducerRecord<byte[], byte[]> letter(
      ConsumerRecord<byte[], byte[]> record, byte @Nullable [] value, Exception reason) {
    Long timestamp = record.timestamp() < 0 ? null : record.timestamp();
    ProducerRecord<byte[], byte[]> letter =
        new ProducerRecord<>(topic, null, timestamp, record.key(), value, record.headers());
    Headers headers = letter.headers();
    put(headers, HeaderNames.ERROR_CODE, MALFORMED);
    put(headers, HeaderNames.ERROR_EXCEPTION, reason.getClass().getName());
    put(headers, HeaderNames.ERROR_MESSAGE, String.valueOf(reason.getMessage()));
    put(headers, HeaderNames.ERROR_STACKTRACE, stackTrace(reason));
    put(headers, HeaderNames.ERROR_TOPIC, record.topic());
    put(headers, HeaderNames.ERROR_PARTITION, Integer.toString(record.partition()));
    put(headers, HeaderNames.ERROR_OFFSET, Long.toString(record.offset()));
    return letter;
  }

  private static void put(Headers headers, String name, String value) {
    String cut = value.substring(0, Math.min(value.length(), Limits.MESSAGE_CHARS));
    headers.add(name, cut.getBytes(StandardCharsets.UTF_8));
  }

  private static String stackTrace(Exception reason) {
    StringWriter text = new StringWriter();
    reason.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
