package dev.millrace.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.v1.EventSource;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.wire.EventHistory.Gap;
import dev.millrace.schemas.wire.EventHistory.Outcome;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EventHistoryTest {
  private final EventHistory history = new EventHistory();
  private long offset = 100;

  @Test
  void recordsInOrderAreAppended() {
    assertThat(add(0, "a", "b")).isEqualTo(Outcome.APPENDED);
    assertThat(add(2, "c")).isEqualTo(Outcome.APPENDED);

    assertHistory("0a 1b 2c");
    assertThat(history.entries().getLast().at()).isEqualTo(Instant.ofEpochMilli(2));
    assertThat(history.entries().getLast().source()).isEqualTo(EventSource.COMPLETION);
  }

  @Test
  void aLaterDecisionSupersedesEverythingFromItsFirstSequenceOn() {
    add(0, "a", "b");
    add(2, "c", "d");
    add(4, "e");

    assertThat(add(3, "x")).isEqualTo(Outcome.SUPERSEDED);

    assertHistory("0a 1b 2c 3x");
    assertThat(add(4, "y", "z")).isEqualTo(Outcome.APPENDED);
    assertHistory("0a 1b 2c 3x 4y 5z");
  }

  @Test
  void aReplayThatDecidesTheSameEndsInTheSameHistory() {
    add(0, "a");
    add(1, "b", "c");
    add(3, "d");

    assertThat(add(1, "b", "c")).isEqualTo(Outcome.SUPERSEDED);
    assertHistory("0a 1b 2c");
    add(3, "d");

    assertHistory("0a 1b 2c 3d");
  }

  @Test
  void aStartDecidedAgainStartsTheHistoryAnew() {
    add(0, "a", "b");
    add(0, "x");

    assertHistory("0x");
  }

  @Test
  void aRecordReadTwiceChangesNothing() {
    add(0, "a");
    WorkflowEvents record = record(1, "b");
    history.add(200, record);
    history.add(201, record(2, "c"));

    assertThat(history.add(200, record)).isEqualTo(Outcome.ALREADY_READ);
    assertThat(history.add(201, record(2, "c"))).isEqualTo(Outcome.ALREADY_READ);

    assertHistory("0a 1b 2c");
  }

  @Test
  void missingEventsAreReported() {
    assertThat(add(5, "f")).isEqualTo(Outcome.APPENDED_AFTER_GAP);
    add(6, "g");
    assertThat(add(9, "j")).isEqualTo(Outcome.APPENDED_AFTER_GAP);

    assertHistory("5f 6g 9j");
    assertThat(history.gaps()).containsExactly(new Gap("", 0, 4), new Gap("", 7, 8));
  }

  @Test
  void aGapEndsWhereALaterDecisionTakesOver() {
    add(5, "f");
    add(9, "j");

    add(7, "x");
    assertHistory("5f 7x");
    assertThat(history.gaps()).containsExactly(new Gap("", 0, 4), new Gap("", 6, 6));

    add(3, "y");
    assertHistory("3y");
    assertThat(history.gaps()).containsExactly(new Gap("", 0, 2));

    add(0, "z");
    assertHistory("0z");
    assertThat(history.gaps()).isEmpty();
  }

  @Test
  void eachScopeHasASequenceOfItsOwn() {
    add(0, "a");
    assertThat(addTo("each/0", 0, "p", "q")).isEqualTo(Outcome.APPENDED);
    assertThat(addTo("each/1", 0, "u")).isEqualTo(Outcome.APPENDED);
    assertThat(add(1, "b")).isEqualTo(Outcome.APPENDED);

    assertThat(addTo("each/0", 1, "x")).isEqualTo(Outcome.SUPERSEDED);
    assertThat(addTo("each/1", 3, "w")).isEqualTo(Outcome.APPENDED_AFTER_GAP);

    assertThat(history.entries())
        .extracting(entry -> entry.id("w1") + entry.event().getStep())
        .containsExactly(
            "w1/0a", "w1/each/0/0p", "w1/each/1/0u", "w1/1b", "w1/each/0/1x", "w1/each/1/3w");
    assertThat(history.gaps()).containsExactly(new Gap("each/1", 1, 2));
  }

  @Test
  void aLaterDecisionOfTheWorkflowLeavesTheEventsOfBranches() {
    add(0, "a", "b");
    addTo("each/0", 0, "p");
    addTo("each/0", 5, "q");

    assertThat(add(0, "x")).isEqualTo(Outcome.SUPERSEDED);

    assertHistory("0p 5q 0x");
    assertThat(history.gaps()).containsExactly(new Gap("each/0", 1, 4));
  }

  private Outcome addTo(String scope, long firstSequence, String... steps) {
    WorkflowEvents record = record(firstSequence, steps);
    record.setScope(scope);
    return history.add(offset++, record);
  }

  private Outcome add(long firstSequence, String... steps) {
    return addTo("", firstSequence, steps);
  }

  private void assertHistory(String expected) {
    assertThat(history.entries().stream().map(entry -> entry.sequence() + entry.event().getStep()))
        .isEqualTo(List.of(expected.split(" ", -1)));
  }

  private static WorkflowEvents record(long firstSequence, String... steps) {
    return WorkflowEvents.newBuilder()
        .setFirstSequence(firstSequence)
        .setAt(Instant.ofEpochMilli(firstSequence))
        .setSource(EventSource.COMPLETION)
        .setEvents(
            Stream.of(steps)
                .map(
                    step ->
                        WorkflowEvent.newBuilder()
                            .setType(EventType.STEP_SUCCEEDED)
                            .setStep(step)
                            .build())
                .toList())
        .build();
  }
}
