package dev.millrace.orchestrator.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.ScheduleEventCodec;
import dev.millrace.orchestrator.codec.StoredSchedule;
import dev.millrace.orchestrator.core.schedule.ScheduleEvolver;
import dev.millrace.orchestrator.core.schedule.ScheduleState;
import dev.millrace.orchestrator.store.Keys;
import dev.millrace.schemas.HeaderNames;
import dev.millrace.schemas.v1.EventSource;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.OverlapPolicy;
import dev.millrace.schemas.v1.ParentStep;
import dev.millrace.schemas.v1.ScheduleAction;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.v1.WorkflowStart;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Schedules from their topic to the starts that they send. It is noon when a test begins. */
class SchedulesTest extends ScheduleCase {
  @Test
  void slotStartsAWorkflowThatIsNamedAfterItOnce() {
    set(spec -> spec.setVersion(1).setInput(json("{\"x\":1}")).setTenant("t").setPriority(7));
    engine.advance(MINUTE.minusMillis(1));
    assertThat(engine.starts()).isEmpty();

    engine.advance(DrivenEngine.TICK);
    List<Map.Entry<String, WorkflowStart>> starts = engine.starts();
    assertThat(starts).extracting(Map.Entry::getKey).containsExactly("s@20260101T120100Z");
    WorkflowStart start = starts.getFirst().getValue();
    assertThat(start)
        .isEqualTo(
            WorkflowStart.newBuilder()
                .setDefinition("timed")
                .setVersion(1)
                .setInput(json("{\"x\":1}"))
                .setTenant("t")
                .setPriority(7)
                .setParent(new ParentStep("s", "20260101T120100Z", 1, 1, -1))
                .build());
    assertThat(engine.attempts()).containsExactly("a/1");
    engine.advance(Duration.ofSeconds(30));
    assertThat(engine.starts()).isEmpty();
  }

  @Test
  void eventsSayWhatWasDecidedAndFoldToTheStateThatIsStored() {
    set(spec -> spec.setOverlap(OverlapPolicy.CANCEL_PREVIOUS).setCarry(true).setInput(json("0")));
    engine.advance(MINUTE);
    engine.advance(MINUTE);
    engine.advance(MINUTE);
    engine.succeed("s", "20260101T120300Z", 1, json("[1]"));
    change(ScheduleAction.PAUSE, change -> change.setReason("lunch"));
    engine.advance(MINUTE);
    change(ScheduleAction.RESUME, change -> change.setReason("eaten"));
    engine.advance(Duration.ofHours(2));
    backfill("2026-01-01T08:00:00Z", "2026-01-01T08:03:00Z", OverlapPolicy.QUEUE);
    backfill("2026-01-01T08:00:00Z", "2026-01-01T08:03:00Z", OverlapPolicy.SKIP);
    backfill("2026-01-01T08:00:00Z", "2026-01-01T08:00:00Z", OverlapPolicy.QUEUE);
    engine.advance(DrivenEngine.TICK);

    List<WorkflowEvents> records = ofSchedule(engine.eventRecords());
    assertThat(records.stream().flatMap(each -> each.getEvents().stream()))
        .extracting(WorkflowEvent::getType)
        .contains(
            EventType.SCHEDULE_SET,
            EventType.SLOT_STARTED,
            EventType.SLOT_CANCEL_REQUESTED,
            EventType.SLOT_QUEUED,
            EventType.SLOT_SKIPPED,
            EventType.SLOT_ENDED,
            EventType.SCHEDULE_PAUSED,
            EventType.SCHEDULE_RESUMED,
            EventType.SLOTS_MISSED,
            EventType.BACKFILL_ACCEPTED,
            EventType.CONTROL_REFUSED);
    assertThat(fold(records)).isEqualTo(stored());

    engine.deleteSchedule("s");
    records.addAll(ofSchedule(engine.eventRecords()));
    assertThat(fold(records)).isEqualTo(stored());
    assertThat(records).extracting(WorkflowEvents::getSource).contains(EventSource.SCHEDULE);
  }

  @ParameterizedTest
  @EnumSource(
      value = OverlapPolicy.class,
      names = {"SKIP", "QUEUE", "ALLOW", "CANCEL_PREVIOUS"})
  void slotThatComesWhileAnotherRunsGoesByThePolicy(OverlapPolicy policy) {
    set(spec -> spec.setOverlap(policy));
    engine.advance(MINUTE);
    engine.advance(MINUTE);
    engine.advance(MINUTE);
    assertThat(started())
        .isEqualTo(
            switch (policy) {
              case ALLOW, CANCEL_PREVIOUS -> List.of("1201", "1202", "1203");
              default -> List.of("1201");
            });
    assertThat(engine.controlled())
        .isEqualTo(
            policy == OverlapPolicy.CANCEL_PREVIOUS
                ? List.of("s@20260101T120100Z", "s@20260101T120200Z")
                : List.of());

    engine.succeed("s@20260101T120100Z", "a", 1, null);
    assertThat(started()).isEqualTo(policy == OverlapPolicy.QUEUE ? List.of("1202") : List.of());
    engine.succeed("s", "20260101T120100Z", 1, null);
    assertThat(started()).as("of a report that comes twice").isEmpty();
    assertThat(engine.deadLetters()).isEmpty();
  }

  @Test
  void slotWhoseWorkflowCannotBeStartedDoesNotHoldUpTheNextOnes() {
    set(spec -> spec.setOverlap(OverlapPolicy.QUEUE).setDefinition("not there"));
    engine.advance(MINUTE);
    engine.advance(MINUTE);
    engine.advance(DrivenEngine.DEFINITION_WAIT);

    assertThat(started()).containsExactly("1201", "1202");
    assertThat(engine.events())
        .filteredOn(event -> event.getType() == EventType.SLOT_ENDED)
        .extracting(event -> event.getFailure().getType())
        .isNotEmpty();
  }

  @Test
  void lastOutputIsTheNextInputAcrossARestart() {
    set(spec -> spec.setOverlap(OverlapPolicy.QUEUE).setCarry(true).setInput(json("0")));
    engine.advance(MINUTE);
    engine.succeed("s", "20260101T120100Z", 1, json("{\"n\":1}"));
    assertThat(engine.starts().getFirst().getValue().getInput()).isEqualTo(json("0"));

    engine.restart(DEFINITION);
    engine.advance(MINUTE);
    assertThat(engine.starts().getFirst().getValue().getInput()).isEqualTo(json("{\"n\":1}"));
  }

  @Test
  void outageIsCaughtUpWithinTheWindow() {
    set(spec -> spec.setCatchUpMs(180_000));
    engine.restart(DEFINITION);
    engine.advance(Duration.ofMinutes(60));

    assertThat(started()).containsExactly("1257", "1258", "1259", "1300");
    assertThat(engine.events())
        .filteredOn(event -> event.getType() == EventType.SLOTS_MISSED)
        .singleElement()
        .extracting(WorkflowEvent::getNumber)
        .isEqualTo(56L);
  }

  @Test
  void crashBeforeTheStateIsKeptStartsTheSameIdsAgain() {
    set(spec -> {});
    engine.commit();
    engine.advance(MINUTE);
    assertThat(started()).containsExactly("1201");

    engine.crash(DEFINITION);
    engine.advance(DrivenEngine.TICK);
    assertThat(started()).containsExactly("1201");
  }

  @Test
  void outputOfAStartThatACrashForgotIsCarried() {
    set(spec -> spec.setOverlap(OverlapPolicy.QUEUE).setCarry(true));
    engine.commit();
    engine.advance(MINUTE);
    engine.crash(DEFINITION);
    engine.starts();

    engine.succeed("s", "20260101T120100Z", 1, json("\"kept\""));
    assertThat(started()).containsExactly("1201");
    engine.advance(MINUTE);
    assertThat(engine.starts().getLast().getValue().getInput()).isEqualTo(json("\"kept\""));
  }

  @Test
  void recordThatIsReadAgainChangesNothing() {
    set(spec -> {});
    engine.advance(MINUTE);
    engine.restart(DEFINITION);
    engine.eventRecords();

    set(spec -> spec.setCron("0 0 1 1 *"));
    assertThat(engine.eventRecords()).isEmpty();
    engine.advance(MINUTE);
    assertThat(started()).contains("1202");
  }

  @Test
  void pausedScheduleStartsNothingUntilItIsResumed() {
    set(spec -> spec.setPaused(true));
    engine.advance(Duration.ofMinutes(5));
    assertThat(started()).isEmpty();

    change(ScheduleAction.RESUME, change -> {});
    engine.advance(MINUTE);
    assertThat(started()).containsExactly("1206");
    change(ScheduleAction.PAUSE, change -> {});
    engine.advance(MINUTE);
    assertThat(started()).isEmpty();
    assertThat(engine.stored().keySet()).contains(Keys.schedule("s"));
  }

  @Test
  void deletedScheduleIsForgottenAfterTheRetention() {
    set(spec -> {});
    engine.deleteSchedule("s");
    engine.advance(DrivenEngine.RETENTION.minusMillis(1));
    assertThat(engine.stored()).hasSize(2);

    engine.advance(DrivenEngine.TICK);
    assertThat(engine.stored()).isEmpty();
    assertThat(engine.starts()).isEmpty();
  }

  @Test
  void backfillThatIsRepeatedStartsTheSameIds() {
    set(spec -> spec.setCron("0 * * * *"));
    backfill("2026-01-01T08:00:00Z", "2026-01-01T10:00:00Z", null);
    backfill("2026-01-01T08:00:00Z", "2026-01-01T10:00:00Z", null);
    engine.advance(DrivenEngine.TICK);

    assertThat(started()).containsExactly("0800", "0900");
    assertThat(engine.attempts()).hasSize(2);
  }

  @Test
  void scheduleMayBeJson() {
    RecordHeaders headers = new RecordHeaders();
    headers.add(HeaderNames.CONTENT_TYPE, "application/json".getBytes(UTF_8));
    String json =
        "{\"action\":\"SET\",\"schedule\":{\"definition\":\"timed\",\"intervalMs\":60000,\"input\":{\"a\":1}}}";
    engine.send(
        engine.topics.schedules(),
        new TestRecord<>("s".getBytes(UTF_8), json.getBytes(UTF_8), headers, DrivenEngine.NOON));
    engine.advance(MINUTE);

    assertThat(engine.starts().getFirst().getValue().getInput()).isEqualTo(json("{\"a\":1}"));
  }

  private static List<WorkflowEvents> ofSchedule(List<WorkflowEvents> records) {
    return new ArrayList<>(
        records.stream()
            .filter(record -> !record.getEvents().getFirst().getType().name().startsWith("W"))
            .filter(record -> !record.getEvents().getFirst().getType().name().startsWith("STEP"))
            .toList());
  }

  private static ScheduleState fold(List<WorkflowEvents> records) {
    ScheduleState state = ScheduleState.ABSENT;
    for (WorkflowEvents record : records) {
      assertThat(record.getFirstSequence()).isEqualTo(state.nextSequence());
      for (WorkflowEvent event : record.getEvents()) {
        try {
          state = ScheduleEvolver.evolve(state, ScheduleEventCodec.fromAvro(event));
        } catch (Exception e) {
          throw new AssertionError(e);
        }
      }
    }
    return state;
  }

  private ScheduleState stored() {
    byte[] bytes = engine.stored().get(Keys.schedule("s"));
    assertThat(bytes).isNotNull();
    return StoredSchedule.of(bytes).state();
  }
}
