package dev.millrace.orchestrator.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.config.EngineConfig;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.fixture.Brokers;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.wire.EventHistory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills an engine in the midst of workflows whose steps run for each of some 1,800 items. */
@Tag("slow")
class BranchKillTest {
  private static final int IN_FLIGHT = 6;
  private static final int HALF = 900;

  @TempDir Path folder;

  @Test
  void everyBranchSucceedsOnceThoughTheEngineIsKilled() throws Exception {
    try (KillRun run =
        KillRun.ofEngine(
            Brokers.EMBEDDED,
            folder,
            branches(),
            IN_FLIGHT,
            Map.of(EngineConfig.COMMIT_INTERVAL_MS, "100"))) {
      run.killAndRestart(3);
      run.load.awaitAllEnded();
      Map<String, EventHistory> histories = run.load.stop().histories();
      assertThat(histories).hasSize(run.load.started());
      histories.forEach(BranchKillTest::assertThatAllSucceededOnce);
    }
  }

  private static void assertThatAllSucceededOnce(String workflowId, EventHistory history) {
    assertThat(history.gaps()).as("gaps of %s", workflowId).isEmpty();
    Set<Long> branches = new HashSet<>();
    int ends = 0;
    for (EventHistory.Entry entry : history.entries()) {
      EventType type = entry.event().getType();
      if (type == EventType.STEP_SUCCEEDED && !entry.scope().isEmpty()) {
        assertThat(branches.add(entry.event().getNumber()))
            .as("branch %d of %s succeeds once", entry.event().getNumber(), workflowId)
            .isTrue();
      }
      ends += type == EventType.WORKFLOW_SUCCEEDED ? 1 : 0;
    }
    assertThat(branches).as("branches of %s", workflowId).hasSize(2 * HALF);
    assertThat(ends).as("ends of %s", workflowId).isEqualTo(1);
  }

  private static WorkflowDefinition branches() {
    String half = "[" + "1,".repeat(HALF - 1) + "1]";
    StepDefinition list =
        TestStep.of("list").does(new StepAction.SetValue("\"${" + half + "}\"")).build();
    StepDefinition each =
        TestStep.of("each", "list")
            .does(new StepAction.Work("echo", "work", null))
            .forEach(new ForEach("steps.list.output + steps.list.output", 0, 1, 0, false))
            .build();
    return WorkflowDefinition.of(
        "branches", 1, Duration.ZERO, RetryPolicy.NONE, List.of(list, each));
  }
}
