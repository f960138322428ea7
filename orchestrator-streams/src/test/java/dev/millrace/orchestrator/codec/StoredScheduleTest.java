package dev.millrace.orchestrator.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.orchestrator.core.schedule.OverlapPolicy;
import dev.millrace.orchestrator.core.schedule.ScheduleSpec;
import dev.millrace.orchestrator.core.schedule.ScheduleState;
import dev.millrace.orchestrator.core.state.Payload;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StoredScheduleTest {
  @ParameterizedTest
  @EnumSource(OverlapPolicy.class)
  void isReadAsItWasWritten(OverlapPolicy policy) {
    for (ScheduleState.Status status :
        List.of(
            ScheduleState.Status.ACTIVE,
            ScheduleState.Status.PAUSED,
            ScheduleState.Status.DELETED)) {
      StoredSchedule schedule = new StoredSchedule(state(status, policy), 1, 2, 3, 4);
      assertThat(StoredSchedule.of(schedule.toBytes())).isEqualTo(schedule);
    }
  }

  @Test
  void recordOfAnotherLayoutIsNotGuessedAt() {
    byte[] bytes =
        new StoredSchedule(state(ScheduleState.Status.ACTIVE, OverlapPolicy.SKIP), 1, 2, 3, 4)
            .toBytes();
    bytes[0]++;

    assertThatThrownBy(() -> StoredSchedule.of(bytes))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "schedule record of layout 2; this engine reads layout 1: run the version that wrote it");
  }

  private static ScheduleState state(ScheduleState.Status status, OverlapPolicy policy) {
    boolean bare = policy == OverlapPolicy.SKIP;
    Payload payload = new Payload("image/png", new byte[] {0, 1, -1});
    return new ScheduleState(
        status,
        new ScheduleSpec(
            "définition",
            7,
            bare ? "* * * * *" : "",
            bare ? 0 : 60_000,
            "Europe/Zurich",
            policy,
            10_000,
            bare ? null : payload,
            !bare,
            "tenant",
            9),
        8,
        9,
        10,
        bare
            ? List.of()
            : List.of(new ScheduleState.Running(11, true), new ScheduleState.Running(12, false)),
        bare ? List.of() : List.of(13L, 14L),
        bare ? List.of() : List.of(new ScheduleState.Range(15, 16, policy)),
        bare ? null : new Payload("", new byte[0]),
        new ScheduleState.Counts(17, 18, 19, 20, 21));
  }
}
