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
 * as they are, and the reason in headers beside them. One that is too large together with its
 * reason leaves the reason alone, or each worker of the queue would stop of it in turn.
 */
final class DeadLetters {
  /**
   * Stable code of the reason, the engine's own for inputs: the bytes are no record of the topic.
   */
  static final String MALFORMED = "malformed";

  private static final String LEFT_OUT =
      " (key, value and headers are left out, they are too large; read them where the other headers"
          + " say)";

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
   * @param whole false to leave out all that may be large of a record that is too large together
   *     with its reason; it can still be read at the place that the headers name
   * @param acknowledged told when the broker has it, or that it will never have it
   */
  @SuppressWarnings("FutureReturnValueIgnored") // the callback is told
  void send(
      ConsumerRecord<byte[], byte[]> record,
      Exception reason,
      boolean whole,
      Callback acknowledged) {
    LOG.warn(
        "{}-{} offset {} is no step command; it goes to {}{}: {}",
        record.topic(),
        record.partition(),
        record.offset(),
        topic,
        whole ? "" : " without its content, which is too large",
        reason.getMessage());
    producer.send(whole ? letter(record, reason) : withoutContent(record, reason), acknowledged);
  }

  private ProducerRecord<byte[], byte[]> letter(
      ConsumerRecord<byte[], byte[]> record, Exception reason) {
    ProducerRecord<byte[], byte[]> letter =
        new ProducerRecord<>(
            topic, null, timestamp(record), record.key(), record.value(), record.headers());
    putReason(letter.headers(), record, reason, "");
    put(letter.headers(), HeaderNames.ERROR_STACKTRACE, stackTrace(reason));
    return letter;
  }

  private ProducerRecord<byte[], byte[]> withoutContent(
      ConsumerRecord<byte[], byte[]> record, Exception reason) {
    byte @Nullable [] key = record.key();
    if (key != null && key.length > Limits.WORKFLOW_ID_BYTES) {
      key = null;
    }
    byte @Nullable [] value = null;
    ProducerRecord<byte[], byte[]> letter =
        new ProducerRecord<>(topic, null, timestamp(record), key, value);
    putReason(letter.headers(), record, reason, LEFT_OUT);
    return letter;
  }

  private static @Nullable Long timestamp(ConsumerRecord<byte[], byte[]> record) {
    return record.timestamp() < 0 ? null : record.timestamp();
  }

  private static void putReason(
      Headers headers, ConsumerRecord<byte[], byte[]> record, Exception reason, String remark) {
    put(headers, HeaderNames.ERROR_CODE, MALFORMED);
    put(headers, HeaderNames.ERROR_EXCEPTION, reason.getClass().getName());
    put(headers, HeaderNames.ERROR_MESSAGE, reason.getMessage() + remark);
    put(headers, HeaderNames.ERROR_TOPIC, record.topic());
    put(headers, HeaderNames.ERROR_PARTITION, Integer.toString(record.partition()));
    put(headers, HeaderNames.ERROR_OFFSET, Long.toString(record.offset()));
  }

  private static void put(Headers headers, String name, String value) {
    String cut = Completions.cut(value, Limits.MESSAGE_CHARS);
    headers.add(name, cut.getBytes(StandardCharsets.UTF_8));
  }

  private static String stackTrace(Exception reason) {
    StringWriter text = new StringWriter();
    reason.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
