package dev.millrace.orchestrator.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.fixture.EventLog;
import dev.millrace.orchestrator.fixture.Installation;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.worker.Worker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A queue that is paused on a broker, over engines that come and go. */
class QueuePauseRestartTest {
  private static final String QUEUE = "work";
  private static final String PAUSED =
      "{\"paused\":{\"since\":\"2026-01-01T12:00:00Z\",\"by\":\"ada\"}}";
  private static final int WORKFLOWS = 40;
  private static final WorkflowDefinition ONE =
      WorkflowDefinition.of(
          "one",
          1,
          Duration.ZERO,
          RetryPolicy.NONE,
          List.of(
              TestStep.of("a").does(new StepAction.Work("echo", QUEUE, null)).build(),
              TestStep.of("b", "a").does(new StepAction.Work("echo", QUEUE, null)).build()));

  @TempDir Path folder;

  @Test
  void queueIsSentNothingByTheEngineThatStartsAndGoesOnWhenItIsResumed() throws Exception {
    try (Installation installation = new Installation(QUEUE);
        EventLog log = new EventLog(installation);
        Worker worker = installation.echoWorker(QUEUE)) {
      installation.register(ONE);
      worker.start();
      installation.send(installation.topics.queueSettings(), QUEUE, PAUSED.getBytes(UTF_8));
      installation.records(installation.topics.queueSettings(), 1);
      try (Engine engine = installation.startEngine(folder.resolve("first"))) {
        start(installation, "before");
        installation.awaitInputsRead();
        assertThat(engine.hasFailed()).isFalse();
      }
      installation.send(installation.topics.queueSettings(), QUEUE, "no JSON".getBytes(UTF_8));

      try (Engine engine = installation.startEngine(folder.resolve("another"))) {
        start(installation, "after");
        installation.awaitInputsRead();
        log.pollToEnd();
        assertThat(types(log)).contains(EventType.STEP_HELD);
        assertThat(types(log)).doesNotContain(EventType.STEP_DISPATCHED);

        byte[] nothing = null;
        installation.send(
            new ProducerRecord<>(
                installation.topics.queueSettings(), QUEUE.getBytes(UTF_8), nothing));
        log.pollUntilEnded(2 * WORKFLOWS);
        assertThat(engine.hasFailed()).isFalse();
      }
      log.assertAllEndedOnce(ONE, WorkflowStatus.SUCCEEDED);
    }
  }

  private static void start(Installation installation, String prefix) {
    for (int i = 0; i < WORKFLOWS; i++) {
      installation.start(prefix + i, "one", "{}");
    }
  }

  private static List<EventType> types(EventLog log) {
    return log.histories().values().stream()
        .flatMap(history -> history.entries().stream())
        .map(entry -> entry.event().getType())
        .distinct()
        .toList();
  }
}
