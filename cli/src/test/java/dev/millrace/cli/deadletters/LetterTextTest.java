package dev.millrace.cli.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.connection.Connection;
import dev.millrace.schemas.HeaderNames;
import dev.millrace.schemas.Topics;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.ItemResult;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.ScheduleAction;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.v1.WorkflowSchedule;
import dev.millrace.schemas.wire.AvroCodec;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class LetterTextTest {
  private static final Topics TOPICS = Topics.standard();
  private static final Connection CONNECTION =
      new Connection(Map.of(), Optional.of("mock://letters"), Map.of(), TOPICS);

  @Test
  void recordOfItsTopicIsJson() {
    byte[] pause =
        new AvroCodec<>(WorkflowSchedule.class, TOPICS.schedules(), CONNECTION.registry())
            .encode(
                WorkflowSchedule.newBuilder()
                    .setAction(ScheduleAction.PAUSE)
                    .setReason("lunch")
                    .build());
    assertThat(text(pause, TOPICS.schedules()))
        .isEqualTo("{\"action\":\"PAUSE\",\"reason\":\"lunch\",\"requestedBy\":\"\"}");

    byte[] completion =
        new AvroCodec<>(StepCompletion.class, TOPICS.completions(), CONNECTION.registry())
            .encode(
                StepCompletion.newBuilder()
                    .setStep("each")
                    .setAttempt(1)
                    .setStatus(CompletionStatus.SUCCEEDED)
                    .setEndedAt(Instant.parse("2026-11-21T10:00:00Z"))
                    .setResults(List.of(new ItemResult(payload("", "{\"n\": 1}"), null)))
                    .setOutput(payload("image/png", "x"))
                    .build());
    assertThat(text(completion, TOPICS.completions()))
        .contains(
            "\"step\":\"each\",\"attempt\":1,\"status\":\"SUCCEEDED\"",
            "\"output\":{\"$contentType\":\"image/png\",\"$base64\":\"eA==\"}",
            "\"endedAt\":\"2026-11-21T10:00:00Z\"",
            "\"results\":[{\"output\":{\"n\":1}}]");
  }

  @Test
  void whatIsNoRecordIsTextIfItIsOne() {
    assertThat(text("{\"action\": \"Zürich\"}".getBytes(UTF_8), TOPICS.schedules()))
        .startsWith("{\"action\": \"Zürich\"} (no record of its topic: ");
    assertThat(text("of another topic".getBytes(UTF_8), "elsewhere")).isEqualTo("of another topic");
    assertThat(text("x".repeat(5_000).getBytes(UTF_8), "elsewhere"))
        .startsWith("5000 bytes, the first 4096 characters: xxx")
        .hasSizeLessThan(4_200);
  }

  @Test
  void otherBytesAreShownInBase64() {
    assertThat(text(new byte[] {(byte) 0xff}, "elsewhere")).isEqualTo("1 bytes, in base64: /w==");
    assertThat(text(new byte[] {'a', 27, '['}, "elsewhere"))
        .as("would act on a terminal")
        .isEqualTo("3 bytes, in base64: YRtb");
    assertThat(text(new byte[5_000], "elsewhere"))
        .startsWith("5000 bytes, in base64 the first 4096: AAAA");
  }

  private static Payload payload(String contentType, String data) {
    return new Payload(contentType, ByteBuffer.wrap(data.getBytes(UTF_8)));
  }

  private static String text(byte[] value, String topic) {
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>(TOPICS.deadLetters(), 0, 7, "key".getBytes(UTF_8), value);
    record.headers().add(HeaderNames.ERROR_TOPIC, topic.getBytes(UTF_8));
    return new LetterText(CONNECTION).value(new DeadLetter(record));
  }
}
