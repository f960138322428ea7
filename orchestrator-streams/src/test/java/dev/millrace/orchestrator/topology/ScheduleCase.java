package dev.millrace.orchestrator.topology;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.schemas.v1.OverlapPolicy;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.ScheduleAction;
import dev.millrace.schemas.v1.ScheduleSpec;
import dev.millrace.schemas.v1.WorkflowSchedule;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;

/** A test of schedules on a driven engine that knows what they start. It is noon when it begins. */
abstract class ScheduleCase extends DrivenEngineCase {
  static final Duration MINUTE = Duration.ofMinutes(1);
  static final WorkflowDefinition DEFINITION =
      TimersTest.definition(Duration.ZERO, Definitions.step("a"));

  @BeforeEach
  final void define() {
    engine.define(DEFINITION);
  }

  void set(Consumer<ScheduleSpec.Builder> more) {
    engine.schedule("s", setting(more));
  }

  /** Every minute, side by side. */
  static WorkflowSchedule setting(Consumer<ScheduleSpec.Builder> more) {
    ScheduleSpec.Builder spec =
        ScheduleSpec.newBuilder()
            .setDefinition("timed")
            .setCron("* * * * *")
            .setOverlap(OverlapPolicy.ALLOW)
            .setCatchUpMs(3_600_000);
    more.accept(spec);
    return WorkflowSchedule.newBuilder()
        .setAction(ScheduleAction.SET)
        .setSchedule(spec.build())
        .build();
  }

  void change(ScheduleAction action, Consumer<WorkflowSchedule.Builder> more) {
    WorkflowSchedule.Builder change = WorkflowSchedule.newBuilder().setAction(action);
    more.accept(change);
    engine.schedule("s", change.build());
  }

  void backfill(String from, String to, @Nullable OverlapPolicy overlap) {
    change(
        ScheduleAction.BACKFILL,
        change -> change.setFrom(Instant.parse(from)).setTo(Instant.parse(to)).setOverlap(overlap));
  }

  /** The slots started since the last call, as hour and minute. */
  List<String> started() {
    return engine.starts().stream()
        .map(Map.Entry::getKey)
        .map(id -> id.substring("s@20260101T".length(), "s@20260101T1201".length()))
        .toList();
  }

  static Payload json(String text) {
    return new Payload("", ByteBuffer.wrap(text.getBytes(UTF_8)));
  }
}
