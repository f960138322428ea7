package dev.millrace.orchestrator.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.QueueSettings;
import dev.millrace.schemas.QueueSettings.Pause;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What autoscalers are told of a queue. */
class BacklogTest {
  private static final QueueSettings PAUSED =
      QueueSettings.NONE.withPause(new Pause("ada", Instant.EPOCH, ""));

  private static Backlog.OfQueue queue(
      boolean isStale, QueueSettings settings, Map<String, QueueSettings> ofStepTypes) {
    return new Backlog.OfQueue(
        OptionalLong.of(12), isStale, OptionalLong.of(1), 30, 0, 0, settings, ofStepTypes);
  }

  @Test
  void stepsThatAllEnginesHoldCount() {
    assertThat(queue(false, QueueSettings.NONE, Map.of()).total(100)).hasValue(112);
  }

  @Test
  void stepsThatAPausedQueueHoldsAskForNoWorkers() {
    assertThat(queue(false, PAUSED, Map.of()).total(100)).hasValue(12);
    assertThat(queue(false, QueueSettings.NONE, Map.of("charge", PAUSED)).total(100))
        .as("one step type is paused")
        .hasValue(112);
  }

  @Test
  void lagThatIsTooOldGivesNothing() {
    assertThat(queue(true, PAUSED, Map.of()).total(100)).isEmpty();
    assertThat(queue(true, QueueSettings.NONE, Map.of()).total(100)).isEmpty();
  }
}
