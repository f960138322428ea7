package dev.millrace.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.flow.QueueState;
import dev.millrace.schemas.v1.ControlAction;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;

/** Steps that wait are found and counted after a start, whatever the one before it has left. */
class GateScanTest extends DrivenEngineCase {
  private static final WorkflowDefinition PAIR =
      definition("pair", Definitions.step("a"), Definitions.step("b"));

  private static WorkflowDefinition definition(String name, StepDefinition... steps) {
    return WorkflowDefinition.of(name, 1, Duration.ZERO, RetryPolicy.NONE, List.of(steps));
  }

  private void window(int attempts) {
    engine.windows.windows.put("queue", attempts);
  }

  private long keysOfHeldSteps() {
    return engine.stored().keySet().stream().filter(key -> key.get()[0] == 'q').count();
  }

  private void deleteKeysOfHeldSteps() {
    engine.stored().keySet().stream()
        .filter(key -> key.get()[0] == 'q')
        .forEach(key -> engine.store(key, null));
    engine.write();
  }

  @Test
  void keyThatIsMissingIsFoundThoughItsWorkflowIsWorkedOnBeforeItsTurn() {
    window(1);
    engine.define(PAIR);
    engine.start("w", "pair");
    deleteKeysOfHeldSteps();
    engine.restartWhole(PAIR);
    engine.succeed("nobody", "a", 1, null); // offsets begin at 0 again

    engine.succeed("w", "a", 1, null);
    engine.advance(DrivenEngine.TICK);
    engine.advance(DrivenEngine.TICK);

    assertThat(engine.attempts()).endsWith("b/1");
  }

  @Test
  void keyThatIsMissingIsFoundThoughItsWorkflowIsAskedInVainBeforeItsTurn() {
    window(1);
    engine.define(PAIR);
    engine.start("w", "pair");
    deleteKeysOfHeldSteps();
    engine.restartWhole(PAIR);

    engine.succeed("w", "a", 7, null);
    engine.advance(DrivenEngine.TICK);

    assertThat(keysOfHeldSteps()).isEqualTo(1);
  }

  @Test
  void keyGoesToTheChangelogWithItsRecordThoughTheStateHasItAlready() {
    window(1);
    engine.define(PAIR);
    engine.start("w", "pair");
    engine.crashAheadOfTheChangelog(PAIR);
    engine.start("w", "pair"); // is read again
    engine.restart(PAIR);

    assertThat(keysOfHeldSteps()).isEqualTo(1);
    engine.succeed("w", "a", 1, null);
    engine.advance(DrivenEngine.TICK);
    assertThat(engine.attempts()).endsWith("b/1");
    assertThat(keysOfHeldSteps()).isZero();
  }

  @Test
  void keysOfBranchesGoToTheChangelogWithTheirWorkflow() {
    WorkflowDefinition branches =
        definition(
            "each", TestStep.of("each").forEach(new ForEach("[1, 2, 3]", 3, 1, 0, false)).build());
    window(1);
    engine.define(branches);
    engine.start("w", "each");
    engine.crashAheadOfTheChangelog(branches);
    engine.control("w", DrivenEngine.order(ControlAction.SET_PRIORITY).setPriority(5));
    engine.restart(branches);

    assertThat(keysOfHeldSteps()).isEqualTo(2);
  }

  @Test
  void chunkOfAFormerAttemptThatACrashHasLeftIsNotCounted() {
    WorkflowDefinition branches =
        definition(
            "each",
            Definitions.step("a"),
            TestStep.of("each", "a").forEach(new ForEach("[1, 2, 3]", 3, 1, 0, false)).build());
    engine.define(branches);
    engine.start("w", "each");
    engine.succeed("w", "a", 1, null);
    Map<Bytes, byte[]> chunks = engine.stored();
    chunks.keySet().removeIf(key -> key.get()[0] != 'b');
    assertThat(chunks).hasSize(1);
    engine.control("w", DrivenEngine.order(ControlAction.RERUN).setStep("a"));
    chunks.forEach(engine::store);
    engine.write();
    engine.restartWhole(branches);

    assertThat(open()).as("the second attempt of a").isEqualTo(1);
    engine.succeed("nobody", "a", 1, null); // offsets begin at 0 again
    engine.succeed("w", "a", 2, null);
    assertThat(open()).as("new branches").isEqualTo(3);
  }

  @Test
  void workflowsWhoseDefinitionsAreAwayAreCountedWhenTheyAreBack() {
    window(1);
    engine.define(PAIR);
    engine.start("v", "pair");
    engine.start("w", "pair");
    engine.write();
    deleteKeysOfHeldSteps();
    engine.restartWhole();
    assertThat(open()).isZero();

    engine.define(PAIR);

    assertThat(open()).isEqualTo(1);
    assertThat(engine.report.queue("queue").orElseThrow())
        .extracting(QueueState::held, QueueState::isCounted)
        .containsExactly(3L, true);
    assertThat(keysOfHeldSteps()).isEqualTo(3);
  }

  @Test
  void workflowThatIsWorkedOnWhenItsDefinitionIsBackIsCountedOnce() {
    window(1);
    engine.define(PAIR);
    engine.start("w", "pair");
    engine.restartWhole();
    assertThat(open()).isZero();
    assertThat(engine.report.queue("queue").orElseThrow().isCounted()).isFalse();

    engine.define(PAIR);
    engine.heartbeat("w", "a", 1, null);

    assertThat(open()).isEqualTo(1);
    assertThat(engine.report.queue("queue").orElseThrow())
        .extracting(QueueState::held, QueueState::isCounted)
        .containsExactly(1L, true);
  }

  private long open() {
    for (int i = 0; i < 3; i++) {
      engine.advance(Duration.ofSeconds(1));
    }
    return engine.report.queue("queue").map(QueueState::open).orElse(0L);
  }
}
