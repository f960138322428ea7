package dev.millrace.worker.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.HeaderNames;
import dev.millrace.schemas.Limits;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

/** What becomes of records that are no commands. */
final class DeadLettersTest extends PollLoopCase {
  @Test
  void putsARecordThatIsNoCommandAwayUntouched() throws Exception {
    try (FakeKafka kafka = new FakeKafka(4, DRAIN, Map.of("work", DONE))) {
      kafka.start(0);
      kafka.onPollThread(
          () -> {
            RecordHeaders headers = new RecordHeaders();
            headers.add("own", new byte[] {42});
            kafka.addRecord(0, "bad", new byte[] {1, 2, 3}, headers);
            kafka.addRecord(0, "empty", null, new RecordHeaders());
          });
      kafka.awaitSent(2);
      kafka.acknowledge();
      kafka.awaitCommitted(0, 2);

      ProducerRecord<byte[], byte[]> letter =
          kafka.producer.history().stream()
              .filter(record -> record.value() != null)
              .findFirst()
              .orElseThrow();
      assertThat(letter.topic()).isEqualTo(FakeKafka.TOPICS.deadLetters());
      assertThat(letter.key()).asString().isEqualTo("bad");
      assertThat(letter.value()).containsExactly(1, 2, 3);
      assertThat(letter.timestamp()).isEqualTo(FakeKafka.NOW.toEpochMilli());
      assertThat(letter.headers().lastHeader("own").value()).containsExactly(42);
      assertThat(letter.headers().lastHeader("millrace.error.code").value())
          .asString()
          .isEqualTo("malformed");
      assertThat(letter.headers().lastHeader("__streams.errors.partition").value())
          .asString()
          .isEqualTo("0");
      assertThat(letter.headers().lastHeader("__streams.errors.message").value())
          .asString()
          .contains("wire format");
    }
  }

  @Test
  void putsARecordAwayWithTheReasonAloneWhenItIsTooLargeTogetherWithIt() throws Exception {
    try (FakeKafka kafka = new FakeKafka(4, DRAIN, Map.of("work", DONE))) {
      kafka.start(0);
      RecordHeaders large = new RecordHeaders();
      large.add("large", new byte[Limits.RECORD_BYTES - 1_000]);
      kafka.onPollThread(() -> kafka.addRecord(0, "bad", new byte[] {1, 2, 3}, large));
      kafka.awaitSent(1);
      kafka.producer.errorNext(new RecordTooLargeException("too large"));
      kafka.awaitSent(2);
      kafka.acknowledge();
      kafka.awaitCommitted(0, 1);

      ProducerRecord<byte[], byte[]> letter = kafka.producer.history().getLast();
      assertThat(letter.value()).isNull();
      assertThat(letter.key()).asString().isEqualTo("bad");
      assertThat(letter.headers())
          .extracting(Header::key)
          .containsExactlyInAnyOrder(
              HeaderNames.ERROR_CODE,
              HeaderNames.ERROR_EXCEPTION,
              HeaderNames.ERROR_MESSAGE,
              HeaderNames.ERROR_TOPIC,
              HeaderNames.ERROR_PARTITION,
              HeaderNames.ERROR_OFFSET);
      assertThat(letter.headers().lastHeader(HeaderNames.ERROR_MESSAGE).value())
          .asString()
          .contains("wire format", "are left out");
    }
  }

  @Test
  void largeKeyOfARecordThatIsNoCommandIsLeftOutToo() throws Exception {
    try (FakeKafka kafka = new FakeKafka(4, DRAIN, Map.of("work", DONE))) {
      kafka.start(0);
      String key = "k".repeat(Limits.RECORD_BYTES - 1_000);
      kafka.onPollThread(() -> kafka.addRecord(0, key, new byte[] {1}, new RecordHeaders()));
      kafka.awaitSent(1);
      kafka.producer.errorNext(new RecordTooLargeException("too large"));
      kafka.awaitSent(2);
      kafka.acknowledge();
      kafka.awaitCommitted(0, 1);

      assertThat(kafka.producer.history().getLast().key()).isNull();
      assertThat(kafka.runtime.failure()).isEmpty();
    }
  }
}
