package dev.millrace.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.flow.QueueState;
import dev.millrace.schemas.v1.ControlAction;
import dev.millrace.schemas.v1.StepCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Branches that wait in the engine for their queue. */
class ForEachGateTest extends ForEachCase {
  private static final int ITEMS = 2_300;

  private final WorkflowDefinition definition = definition(all());

  private void begin(int window) {
    engine.windows.windows.put("queue", window);
    engine.define(definition);
    engine.advance(DrivenEngine.TICK);
  }

  private QueueState queue() {
    for (int i = 0; i < 5; i++) {
      engine.advance(Duration.ofSeconds(1));
    }
    return engine.report.queue("queue").orElseThrow();
  }

  @Test
  void branchesOfSeveralChunksAreSentWithinTheWindowAndAllAreDone() {
    begin(7);
    start("w", ITEMS);

    List<StepCommand> sent = engine.commands();
    assertThat(sent).hasSize(7);
    assertThat(queue().held()).isEqualTo(ITEMS - 7);
    sent.forEach(this::succeed);
    assertThat(7 + runAllBranches()).isEqualTo(ITEMS);
    engine.succeed("w", "last", 1, null);
    QueueState after = queue();
    assertThat(after.open()).isZero();
    assertThat(after.held()).isZero();
    assertThat(engine.stored().keySet()).noneMatch(key -> key.get()[0] == 'q');
  }

  @Test
  void branchesGoOnAfterARestartInTheMiddle() {
    begin(7);
    start("w", ITEMS);
    List<StepCommand> sent = engine.commands();
    sent.subList(0, 3).forEach(this::succeed);
    List<StepCommand> open = new ArrayList<>(sent.subList(3, 7));
    open.addAll(engine.commands());
    assertThat(open).hasSize(7);

    engine.restartWhole(definition);
    for (int i = 0; i < 3; i++) {
      engine.succeed("nobody", "each", 1, null); // offsets begin at 0 again
    }
    open.subList(0, 2).forEach(this::succeed);
    QueueState counted = queue();

    assertThat(counted.isCounted()).isTrue();
    assertThat(counted.open()).isEqualTo(7);
    assertThat(counted.held()).isEqualTo(ITEMS - 3 - 2 - 7);
    open.subList(2, 7).forEach(this::succeed);
    assertThat(3 + 7 + runAllBranches()).isEqualTo(ITEMS);
  }

  @Test
  void skippedStepMakesRoomForOthersAndLeavesNothing() {
    begin(5);
    start("w", ITEMS);
    engine.commands();
    engine.control("w", DrivenEngine.order(ControlAction.SKIP_STEP).setStep("each"));
    engine.advance(DrivenEngine.TICK);

    assertThat(queue().held()).isZero();
    start("v", 4);
    engine.advance(DrivenEngine.TICK);
    assertThat(engine.commands()).hasSize(4);
    for (int i = 0; i < 5; i++) {
      engine.advance(DrivenEngine.TICK);
    }
    assertThat(engine.stored().keySet()).noneMatch(key -> key.get()[0] == 'q');
  }

  @Test
  void cancelledWorkflowMakesRoomForOthers() {
    begin(5);
    start("w", ITEMS);
    engine.commands();
    engine.cancel("w", "enough");
    start("v", 5);
    for (int i = 0; i < 5; i++) {
      engine.advance(DrivenEngine.TICK);
    }

    assertThat(engine.commands()).hasSize(5);
    assertThat(queue()).extracting(QueueState::open, QueueState::held).containsExactly(5L, 0L);
  }
}
