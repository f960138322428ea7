package dev.millrace.schemas.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.Samples;
import dev.millrace.schemas.v1.EventSource;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.WorkflowEvent;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class EventsJsonTest {
  @Test
  void anEventIsOneLineWithItsId() {
    EventHistory history = new EventHistory();
    history.add(0, Samples.events());

    assertThat(history.entries())
        .extracting(entry -> EventsJson.line("quake-1", entry))
        .containsExactly(
            "{\"id\":\"quake-1/file/12/41\",\"at\":\"2026-11-21T10:00:00.123Z\",\"type\":\"WORKFLOW_STARTED\",\"dueAt\":\"2026-11-21T10:01:00.123Z\",\"payload\":[1,2],\"start\":{\"definition\":\"quake\",\"version\":3,\"tenant\":\"seismology\",\"priority\":0,\"inlineDefinition\":"
                + Samples.definition()
                + ",\"parent\":{\"workflowId\":\"swarm-1\",\"step\":\"quakes\",\"attempt\":1,\"depth\":2,\"branch\":7}},\"number\":0}",
            "{\"id\":\"quake-1/file/12/42\",\"at\":\"2026-11-21T10:00:00.123Z\",\"type\":\"ATTEMPT_FAILED\",\"step\":\"enrich\",\"attempt\":2,\"dueAt\":\"2026-11-21T10:00:00.123Z\",\"failure\":{\"type\":\"Unreachable\",\"message\":\"no answer \uD83C\uDF0B\",\"retryable\":false},\"number\":0}",
            "{\"id\":\"quake-1/file/12/43\",\"at\":\"2026-11-21T10:00:00.123Z\",\"type\":\"STEP_SUCCEEDED\",\"step\":\"file\",\"attempt\":1,\"payload\":{\"$contentType\":\"application/octet-stream\",\"$base64\":\"AAH/gH8=\"},\"steps\":[\"notify\",\"réview\"],\"number\":0}",
            "{\"id\":\"quake-1/file/12/44\",\"at\":\"2026-11-21T10:00:00.123Z\",\"type\":\"PRIORITY_CHANGED\",\"reason\":\"SLA at risk\",\"name\":\"ops@example\",\"number\":9}");
  }

  @ParameterizedTest
  @EnumSource(EventType.class)
  void aNumberIsWrittenForTheTypesThatHaveOneEvenWhenItIsZero(EventType type) {
    EventHistory.Entry entry =
        new EventHistory.Entry(
            "",
            0,
            Instant.EPOCH,
            EventSource.CONTROL,
            0,
            WorkflowEvent.newBuilder().setType(type).build());

    assertThat(EventsJson.line("w", entry).contains("\"number\":0"))
        .isEqualTo(
            Set.of(
                    EventType.PRIORITY_CHANGED,
                    EventType.WORKFLOW_MIGRATED,
                    EventType.BRANCHES_OPENED,
                    EventType.BRANCHES_REPORTED,
                    EventType.SCHEDULE_SET,
                    EventType.SLOTS_MISSED,
                    EventType.BACKFILL_ACCEPTED)
                .contains(type));
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
    WorkflowEvent event =
        WorkflowEvent.newBuilder()
            .setType(EventType.STEP_SUCCEEDED)
            .setPayload(new Payload("", ByteBuffer.wrap(payload.getBytes(UTF_8))))
            .build();

    assertThat(
            EventsJson.line(
                "w\n1",
                new EventHistory.Entry("", 0, Instant.EPOCH, EventSource.COMPLETION, 0, event)))
        .contains("\"payload\":" + written + "}")
        .contains("\"w\\n1/0\"")
        .doesNotContain("\n");
  }
}
