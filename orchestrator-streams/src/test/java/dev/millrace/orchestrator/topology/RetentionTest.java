package dev.millrace.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.v1.DuplicatePolicy;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;

/** What is left of workflows in the end: nothing. */
class RetentionTest extends DrivenEngineCase {
  private static final int EACH = 20;
  private static final WorkflowDefinition DEFINITION =
      TimersTest.definition(
          Duration.ofMinutes(10),
          Definitions.guarded("a", Duration.ofSeconds(10)),
          Definitions.step("b", "a"),
          Definitions.step("c", "a", "b"));

  @Test
  void storeIsByteForByteAsBeforeOnceTheSummariesOfAllThatEndedHaveExpired() {
    engine.define(TimersTest.definition(Duration.ZERO, Definitions.step("z")));
    engine.start("stays", "timed", DrivenEngine.payload(5_000), null);
    WorkflowDefinition shape = as("shape", DEFINITION);
    engine.define(shape);
    Map<Bytes, byte[]> before = new TreeMap<>(engine.stored());

    for (int i = 0; i < EACH; i++) {
      succeeds("succeeds-" + i);
      engine.startWithItsOwn("own-" + i, DEFINITION, DrivenEngine.payload(3_000));
      succeed("own-" + i, 1);
      engine.start("fails-" + i, "shape", DrivenEngine.payload(3_000), null);
      engine.fail("fails-" + i, "a", 1, "fatal");
      engine.cancel("early-" + i, "before its start");
      engine.start("early-" + i, "shape");
      engine.start("cancelled-" + i, "shape");
      engine.succeed("cancelled-" + i, "a", 1, DrivenEngine.payload(Limits.PAYLOAD_BYTES / 100));
      engine.cancel("cancelled-" + i, "enough");
      succeeds("again-" + i);
      engine.start("again-" + i, "shape", DuplicatePolicy.ALLOW_AFTER_END);
      engine.start("again-" + i, "shape", DuplicatePolicy.CANCEL_EXISTING);
      succeed("again-" + i, 3);
      engine.start("times-out-" + i, "shape", DrivenEngine.payload(3_000), null);
      engine.start("unknown-" + i, "no-such-definition");
      engine.cancel("nobody-" + i, "for nothing");
    }
    assertThat(engine.stored()).hasSizeGreaterThan(before.size() + 8 * EACH);

    for (int second = 0; second < 11 * 60; second += 5) {
      engine.advance(Duration.ofSeconds(5));
    }
    engine.advance(DrivenEngine.RETENTION);
    engine.advance(Duration.ofMinutes(1));
    engine.advance(DrivenEngine.TICK);

    assertThat(engine.stored().keySet()).containsExactlyInAnyOrderElementsOf(before.keySet());
    assertThat(engine.stored())
        .allSatisfy((key, value) -> assertThat(Arrays.equals(value, before.get(key))).isTrue());
  }

  @Test
  void summaryIsThereUntilRetentionIsOverAndNotLonger() {
    engine.define(DEFINITION);
    engine.start("w", "timed");
    succeed("w", 1);

    engine.advance(DrivenEngine.RETENTION.minusMillis(1));
    assertThat(engine.stored()).hasSize(2);
    engine.advance(DrivenEngine.TICK);
    assertThat(engine.stored()).isEmpty();
  }

  private void succeeds(String workflowId) {
    engine.start(workflowId, "shape", DrivenEngine.payload(3_000), null);
    succeed(workflowId, 1);
  }

  private void succeed(String workflowId, int attempt) {
    engine.succeed(workflowId, "a", attempt, DrivenEngine.payload(5_000));
    engine.succeed(workflowId, "b", attempt, DrivenEngine.payload(100));
    engine.succeed(workflowId, "c", attempt, null);
  }

  private static WorkflowDefinition as(String name, WorkflowDefinition other) {
    return WorkflowDefinition.of(name, 1, other.timeout(), other.retry(), other.steps());
  }
}
