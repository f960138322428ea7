package dev.millrace.orchestrator.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.app.Engine;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.fixture.EventLog;
import dev.millrace.orchestrator.fixture.Installation;
import dev.millrace.orchestrator.fixture.Workflows;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.testing.Patience;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything that goes in comes more than once, late and in another order. */
class DuplicatesTest {
  private static final String QUEUE = "work";
  private static final int WORKFLOWS = 500;
  private static final int STEPS = 4;
  private static final long SEED = 20260101;

  @TempDir Path folder;

  @Test
  void duplicateLateAndReorderedInputsCauseNothing() throws Exception {
    try (Installation installation = new Installation(QUEUE);
        Engine engine = installation.startEngine(folder);
        StutteringWorker worker = new StutteringWorker(installation, QUEUE, SEED);
        EventLog log = new EventLog(installation)) {
      installation.register(Workflows.diamond(QUEUE));
      startAll(installation);
      long deadline = System.nanoTime() + Patience.LIMIT.toNanos();
      while (log.ended() < WORKFLOWS && System.nanoTime() < deadline) {
        startAgain(installation, log.ended());
        worker.work();
        log.poll();
      }
      startAll(installation);
      worker.answerAllAgain();
      installation.awaitInputsRead();
      worker.work();
      log.pollToEnd();

      assertThat(log.histories()).hasSize(WORKFLOWS);
      log.assertAllEndedOnce(Workflows.diamond(QUEUE), WorkflowStatus.SUCCEEDED);
      assertThat(log.superseded()).as("event ids seen again").isZero();
      assertThat(log.histories().values())
          .allSatisfy(
              history ->
                  assertThat(history.entries())
                      .filteredOn(entry -> entry.event().getType() != EventType.STEP_HELD)
                      .hasSize(2 + 2 * STEPS));
      assertThat(worker.commandIds()).isEqualTo(WORKFLOWS * STEPS);
      assertThat(worker.commandRecords()).isEqualTo(WORKFLOWS * STEPS);
      assertThat(engine.hasFailed()).isFalse();
    }
  }

  private static void startAll(Installation installation) {
    for (int i = 0; i < WORKFLOWS; i++) {
      startAgain(installation, i);
    }
  }

  private static void startAgain(Installation installation, int n) {
    installation.start("twin-" + n % WORKFLOWS, "diamond", "{\"n\":" + n + "}");
  }
}
