package dev.millrace.schemas.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.Samples;
import dev.millrace.schemas.v1.EventSource;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.v1.WorkflowEvents;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventsJsonTest {
  @Test
  void aRecordIsOneLineWithItsEventsNumbered() {
    assertThat(EventsJson.line("quake-1", Samples.events()))
        .isEqualTo(
            "{\"workflowId\":\"quake-1\",\"firstSequence\":41,\"at\":\"2026-11-21T10:00:00.123Z\",\"source\":\"COMPLETION\",\"sourceOffset\":1099511627776,\"events\":["
                + "{\"sequence\":41,\"type\":\"WORKFLOW_STARTED\",\"dueAt\":\"2026-11-21T10:01:00.123Z\",\"payload\":[1,2],\"start\":{\"definition\":\"quake\",\"version\":3,\"tenant\":\"seismology\",\"priority\":0,\"inlineDefinition\":"
                + "{\"name\": \"quake\", \"version\": 3, "
                + Samples.definition()
                    .toString()
                    .substring("{\"name\": \"quake\", \"version\": 3, ".length())
                + "}},"
                + "{\"sequence\":42,\"type\":\"ATTEMPT_FAILED\",\"step\":\"enrich\",\"attempt\":2,\"dueAt\":\"2026-11-21T10:00:00.123Z\",\"failure\":{\"type\":\"Unreachable\",\"message\":\"no answer \uD83C\uDF0B\",\"retryable\":false}},"
                + "{\"sequence\":43,\"type\":\"STEP_SUCCEEDED\",\"step\":\"file\",\"attempt\":1,\"payload\":{\"$contentType\":\"application/octet-stream\",\"$base64\":\"AAH/gH8=\"}}]}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{ \"a\" : [ 1.50, 1e400, 12345678901234567890123 ] }|{\"a\":[1.50,1E+400,12345678901234567890123]}",
        "null|null",
        "\"x\"|\"x\"",
        "nonsense|{\"$contentType\":\"application/json\",\"$base64\":\"bm9uc2Vuc2U=\"}",
        "1 2|{\"$contentType\":\"application/json\",\"$base64\":\"MSAy\"}",
        "``|{\"$contentType\":\"application/json\",\"$base64\":\"\"}",
        "{\"$base64\":1}|{\"$contentType\":\"application/json\",\"$base64\":\"eyIkYmFzZTY0IjoxfQ==\"}"
      })
  void payloadsAreJsonWhereTheyAreAndBase64OtherwiseAndNeverBreakTheLine(
      String payload, String written) {
    WorkflowEvents events =
        WorkflowEvents.newBuilder()
            .setFirstSequence(0)
            .setAt(Instant.EPOCH)
            .setSource(EventSource.START)
            .setEvents(
                List.of(
                    WorkflowEvent.newBuilder()
                        .setType(EventType.STEP_SUCCEEDED)
                        .setPayload(new Payload("", ByteBuffer.wrap(payload.getBytes(UTF_8))))
                        .build()))
            .build();

    assertThat(EventsJson.line("w\n1", events))
        .contains("\"payload\":" + written + "}")
        .contains("\"w\\n1\"")
        .doesNotContain("\n");
  }
}
