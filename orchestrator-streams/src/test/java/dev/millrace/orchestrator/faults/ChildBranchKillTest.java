package dev.millrace.orchestrator.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.app.EngineMain;
import dev.millrace.orchestrator.config.EngineConfig;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.fixture.EventLog;
import dev.millrace.orchestrator.fixture.Installation;
import dev.millrace.orchestrator.fixture.Workflows;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.wire.EventHistory;
import dev.millrace.testing.JvmProcess;
import dev.millrace.worker.Worker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills an engine in the midst of workflows that run a workflow for each of many items. */
@Tag("slow")
class ChildBranchKillTest {
  private static final String QUEUE = "work";
  private static final int PARENTS = 4;
  private static final int ITEMS = 1_200;
  private static final int KILLS = 3;

  @TempDir Path folder;

  @Test
  void everyItemHasOneWorkflowThoughTheEngineIsKilled() throws Exception {
    WorkflowDefinition parent =
        WorkflowDefinition.of(
            "parent",
            1,
            Duration.ZERO,
            RetryPolicy.NONE,
            List.of(
                TestStep.of("each")
                    .does(new StepAction.StartChild("chain", 0, null, null, false, true))
                    .forEach(new ForEach("input.items", 500, 1, 0, false))
                    .build()));
    try (Installation installation = new Installation(QUEUE);
        Worker worker = installation.echoWorker(QUEUE);
        EventLog log = new EventLog(installation)) {
      worker.start();
      installation.register(Workflows.chain(QUEUE, 1));
      installation.register(parent);
      String items =
          IntStream.range(0, ITEMS).mapToObj(Integer::toString).collect(Collectors.joining(","));
      for (int i = 0; i < PARENTS; i++) {
        installation.start("parent-" + i, "parent", "{\"items\":[" + items + "]}");
      }
      Path config =
          installation.engineConfig(
              folder,
              Map.of(EngineConfig.COMMIT_INTERVAL_MS, "100", "kafka.group.instance.id", "engine"));
      int all = PARENTS * (ITEMS + 1);
      for (int run = 0; run <= KILLS; run++) {
        try (JvmProcess engine =
            JvmProcess.start(EngineMain.class, List.of("--config", config.toString()))) {
          engine.awaitLine("ready");
          if (run < KILLS) {
            log.pollUntilEnded(Math.min(all - 1, log.ended() + all / (KILLS + 2)));
            LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(200_000_000L));
            engine.kill();
          } else {
            log.pollUntilEnded(all);
          }
        }
      }
      log.pollToEnd();
      assertThat(log.histories()).hasSize(all);
      log.histories().forEach(ChildBranchKillTest::assertThatItSucceededOnce);
    }
  }

  private static void assertThatItSucceededOnce(String workflowId, EventHistory history) {
    assertThat(history.gaps()).as("gaps of %s", workflowId).isEmpty();
    Map<EventType, Long> types =
        history.entries().stream()
            .collect(Collectors.groupingBy(each -> each.event().getType(), Collectors.counting()));
    assertThat(types).as(workflowId).containsEntry(EventType.WORKFLOW_STARTED, 1L);
    assertThat(types).as(workflowId).containsEntry(EventType.WORKFLOW_SUCCEEDED, 1L);
    if (!workflowId.contains(".")) {
      assertThat(types).containsEntry(EventType.STEP_SUSPENDED, (long) ITEMS);
      assertThat(types).containsEntry(EventType.STEP_SUCCEEDED, ITEMS + 1L);
    }
  }
}
