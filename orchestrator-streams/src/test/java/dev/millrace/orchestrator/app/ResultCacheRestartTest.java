package dev.millrace.orchestrator.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.ResultCache;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.fixture.EventLog;
import dev.millrace.orchestrator.fixture.Installation;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.wire.EventHistory;
import dev.millrace.worker.Worker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Results of steps on a broker and on a disk. */
class ResultCacheRestartTest {
  private static final WorkflowDefinition CACHED =
      WorkflowDefinition.of(
          "cached",
          1,
          Duration.ZERO,
          RetryPolicy.NONE,
          List.of(
              TestStep.of("a")
                  .does(new StepAction.Work("echo", "work", null))
                  .cache(new ResultCache(null, Duration.ofDays(1)))
                  .build()));

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"first", "another"})
  void resultIsTakenByAnEngineWithTheStateOfTheFirstAndByOneThatRestoresIt(String laterFolder)
      throws Exception {
    try (Installation installation = new Installation("work");
        EventLog log = new EventLog(installation)) {
      installation.register(CACHED);
      try (Engine engine = installation.startEngine(folder.resolve("first"));
          Worker worker = installation.echoWorker("work")) {
        worker.start();
        installation.start("w", "cached", "{\"n\":1}");
        log.pollUntilEnded(1);
        installation.awaitInputsRead();
        assertThat(engine.hasFailed()).isFalse();
      }

      String second = ofTheSamePartition("w");
      try (Engine engine = installation.startEngine(folder.resolve(laterFolder))) {
        installation.start(second, "cached", "{\"n\":1}");
        log.pollUntilEnded(2);
        assertThat(engine.hasFailed()).isFalse();
      }
      assertThat(events(log, second))
          .extracting(WorkflowEvent::getReason)
          .containsExactly("", "cached", "");
      assertThat(events(log, second).get(1).getPayload())
          .isEqualTo(events(log, "w").get(2).getPayload());
    }
  }

  private static List<WorkflowEvent> events(EventLog log, String workflowId) {
    return Objects.requireNonNull(log.histories().get(workflowId)).entries().stream()
        .map(EventHistory.Entry::event)
        .toList();
  }

  private static String ofTheSamePartition(String workflowId) {
    return IntStream.range(0, 1_000)
        .mapToObj(number -> workflowId + number)
        .filter(id -> partition(id) == partition(workflowId))
        .findFirst()
        .orElseThrow();
  }

  private static int partition(String workflowId) {
    return BuiltInPartitioner.partitionForKey(workflowId.getBytes(UTF_8), Installation.PARTITIONS);
  }
}
