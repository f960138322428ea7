package dev.millrace.orchestrator.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.app.Engine;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.fixture.EventLog;
import dev.millrace.orchestrator.fixture.Installation;
import dev.millrace.orchestrator.fixture.Workflows;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.wire.EventHistory;
import dev.millrace.testing.JvmProcess;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Handlers that throw errors, never end and eat all memory, beside others in one queue. */
@Tag("slow")
class GreedyWorkerTest {
  private static final String QUEUE = "work";
  private static final int OTHERS = 50;
  private static final List<String> BAD = List.of("throwing", "endless", "greedy");

  @TempDir Path folder;

  @Test
  void badHandlersFailTheirOwnStepsAndNoOther() throws Exception {
    List<JvmProcess> workers = new ArrayList<>();
    try (Installation installation = new Installation(QUEUE);
        Engine engine = installation.startEngine(folder.resolve("state"));
        EventLog log = new EventLog(installation)) {
      BAD.forEach(type -> installation.register(oneStep(type)));
      installation.register(Workflows.chain(QUEUE, 3));
      workers.add(start(installation));
      for (String type : BAD) {
        installation.start(type, type, "{}");
      }
      for (int i = 0; i < OTHERS; i++) {
        installation.start("other-" + i, "chain", "{}");
      }
      Awaitility.await("every workflow ends")
          .atMost(Patience.LIMIT)
          .pollInterval(Duration.ofMillis(50))
          .until(
              () -> {
                if (!workers.getLast().isAlive()) { // as Kubernetes would
                  workers.add(start(installation));
                }
                log.poll();
                return log.ended() == OTHERS + BAD.size();
              });

      for (int i = 0; i < OTHERS; i++) {
        assertThat(end(log, "other-" + i)).isEqualTo(EventType.WORKFLOW_SUCCEEDED);
      }
      BAD.forEach(type -> assertThat(end(log, type)).isEqualTo(EventType.WORKFLOW_FAILED));
      assertThat(failures(log, "throwing"))
          .containsExactly("StackOverflowError", "StackOverflowError");
      assertThat(failures(log, "endless"))
          .containsExactly("millrace.timeout.start-to-close", "millrace.timeout.start-to-close");
      assertThat(failures(log, "greedy"))
          .containsExactly("millrace.timeout.start-to-close", "millrace.timeout.start-to-close");
      assertThat(workers).hasSizeGreaterThan(1);
      assertThat(engine.hasFailed()).isFalse();
    } finally {
      for (JvmProcess worker : workers) {
        worker.close();
      }
    }
  }

  /** Two attempts of five seconds. */
  private static WorkflowDefinition oneStep(String type) {
    RetryPolicy twice =
        new RetryPolicy(2, Duration.ofMillis(100), 1, Duration.ofSeconds(1), 0, List.of());
    return WorkflowDefinition.of(
        type,
        1,
        Duration.ZERO,
        RetryPolicy.NONE,
        List.of(StepDefinition.work("step", type, QUEUE, List.of(), Duration.ofSeconds(5), twice)));
  }

  private static EventHistory history(EventLog log, String workflowId) {
    return Objects.requireNonNull(log.histories().get(workflowId), workflowId);
  }

  private static EventType end(EventLog log, String workflowId) {
    return history(log, workflowId).entries().getLast().event().getType();
  }

  private static List<String> failures(EventLog log, String workflowId) {
    return history(log, workflowId).entries().stream()
        .filter(
            entry ->
                entry.event().getType() == EventType.ATTEMPT_FAILED
                    || entry.event().getType() == EventType.STEP_FAILED)
        .map(entry -> entry.event().getFailure().getType())
        .toList();
  }

  private static JvmProcess start(Installation installation) throws IOException {
    JvmProcess worker =
        JvmProcess.start(
            GreedyWorker.class,
            List.of(installation.bootstrapServers(), installation.registryUrl(), QUEUE));
    worker.awaitLine("ready");
    return worker;
  }
}
