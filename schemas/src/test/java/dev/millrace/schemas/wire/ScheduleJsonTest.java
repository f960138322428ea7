package dev.millrace.schemas.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.schemas.Samples;
import dev.millrace.schemas.v1.OverlapPolicy;
import dev.millrace.schemas.v1.ScheduleAction;
import dev.millrace.schemas.v1.WorkflowSchedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduleJsonTest {
  private static final String SPEC =
      """
      {"definition":"report","version":2,"cron":"0 3 * * *","timeZone":"Europe/Zurich",\
      "overlap":"QUEUE","catchUpMs":3000000000,"paused":true,"input":{ "a": 1.0 },"carry":true,\
      "tenant":"t","priority":9}""";

  private final JsonIntake intake = new JsonIntake(text -> Samples.definition());

  @Test
  void whatAScheduleSaysIsWrittenAsItIsRead() throws Exception {
    WorkflowSchedule change =
        change(
            "{\"action\":\"SET\",\"schedule\":%s,\"from\":\"2026-01-01T00:00:00Z\",\"to\":\"2026-01-02T00:00:00Z\",\"overlap\":\"ALLOW\",\"reason\":\"r\",\"requestedBy\":\"me\"}"
                .formatted(SPEC));

    assertThat(change.getAction()).isEqualTo(ScheduleAction.SET);
    assertThat(change.getFrom()).isEqualTo("2026-01-01T00:00:00Z");
    assertThat(change.getTo()).isEqualTo("2026-01-02T00:00:00Z");
    assertThat(change.getOverlap()).isEqualTo(OverlapPolicy.ALLOW);
    assertThat(change.getReason()).isEqualTo("r");
    assertThat(change.getRequestedBy()).isEqualTo("me");
    assertThat(new String(ScheduleJson.write(change.getSchedule()), UTF_8)).isEqualTo(SPEC);
    assertThat(ScheduleJson.read(SPEC.getBytes(UTF_8))).isEqualTo(change.getSchedule());
  }

  @Test
  void scheduleByIntervalWithOtherContentIsWrittenAsItIsRead() throws Exception {
    String spec =
        """
        {"definition":"report","version":0,"intervalMs":60000,"timeZone":"UTC","overlap":"SKIP",\
        "catchUpMs":86400000,"paused":false,"input":{"$contentType":"image/png","$base64":"AAE="},\
        "carry":false,"tenant":"","priority":5}""";

    assertThat(new String(ScheduleJson.write(ScheduleJson.read(spec.getBytes(UTF_8))), UTF_8))
        .isEqualTo(spec);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | field 'action': missing",
        "{\"action\":\"UNKNOWN\"} | field 'action': \"UNKNOWN\": must be one of [SET, PAUSE,",
        "{\"action\":\"SET\",\"when\":1} | field 'when': unknown; known are action, schedule,",
        "{\"action\":\"SET\",\"schedule\":[]} | field 'schedule': an array: must be an object",
        "{\"action\":\"SET\",\"schedule\":{}} | field 'schedule.definition': missing",
        "{\"action\":\"SET\",\"schedule\":{\"intervalMs\":1.5}} | field 'schedule.intervalMs': 1.5",
        "{\"action\":\"SET\",\"schedule\":{\"catchUpMs\":-1}} | field 'schedule.catchUpMs': -1",
        "{\"action\":\"SET\",\"schedule\":{\"intervalMs\":99999999999999999999}} | field 'sch",
        "{\"action\":\"SET\",\"schedule\":{\"every\":1}} | field 'schedule.every': unknown",
        "{\"action\":\"BACKFILL\",\"from\":\"yesterday\"} | field 'from': \"yesterday\": must be",
        "[] | the document: must be a JSON object"
      })
  void whatIsNoScheduleIsRefusedWithItsField(String json, String message) {
    assertThatThrownBy(() -> change(json))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageStartingWith(message);
  }

  private WorkflowSchedule change(String json) throws MalformedRecordException {
    return intake.schedule(json.getBytes(UTF_8));
  }
}
