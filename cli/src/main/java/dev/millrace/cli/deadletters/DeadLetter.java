package dev.millrace.cli.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.schemas.HeaderNames;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * A record that could not be taken.
 *
 * @param record as it lies in the dead letters' topic
 */
record DeadLetter(ConsumerRecord<byte[], byte[]> record) {
  private static final Set<String> REASONS =
      Set.of(
          HeaderNames.ERROR_CODE,
          HeaderNames.ERROR_MESSAGE,
          HeaderNames.ERROR_EXCEPTION,
          HeaderNames.ERROR_STACKTRACE,
          HeaderNames.ERROR_TOPIC,
          HeaderNames.ERROR_PARTITION,
          HeaderNames.ERROR_OFFSET);

  LetterId id() {
    return new LetterId(record.partition(), record.offset());
  }

  Instant at() {
    return Instant.ofEpochMilli(record.timestamp());
  }

  /** Its key as text; empty when it has none. */
  String key() {
    byte @Nullable [] key = record.key(); // Kafka gives null for none
    return key == null ? "" : new String(key, UTF_8);
  }

  byte @Nullable [] value() {
    return record.value();
  }

  String code() {
    return header(HeaderNames.ERROR_CODE).orElse("");
  }

  String message() {
    return header(HeaderNames.ERROR_MESSAGE).orElse("");
  }

  /** The topic that it was read from; empty when nobody said. */
  String topic() {
    return header(HeaderNames.ERROR_TOPIC).orElse("");
  }

  /** Where it was read. */
  String origin() {
    return "%s, partition %s, offset %s"
        .formatted(
            topic(),
            header(HeaderNames.ERROR_PARTITION).orElse("?"),
            header(HeaderNames.ERROR_OFFSET).orElse("?"));
  }

  Optional<String> header(String name) {
    Header header = record.headers().lastHeader(name);
    return header == null || header.value() == null
        ? Optional.empty()
        : Optional.of(new String(header.value(), UTF_8));
  }

  /** The headers that it was read with. */
  Headers originalHeaders() {
    Headers headers = new RecordHeaders();
    for (Header header : record.headers()) {
      if (!REASONS.contains(header.key())) {
        headers.add(header);
      }
    }
    return headers;
  }

  /** The record that it was, for the topic that it came from; its key chooses the partition. */
  ProducerRecord<byte[], byte[]> original() {
    return new ProducerRecord<>(
        topic(), null, null, record.key(), record.value(), originalHeaders());
  }
}
