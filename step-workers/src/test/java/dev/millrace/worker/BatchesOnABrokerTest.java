package dev.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.kafka.EmbeddedKafka;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.worker.batch.BatchItem;
import dev.millrace.worker.batch.BatchRun;
import dev.millrace.worker.batch.BatchStep;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class BatchesOnABrokerTest {
  record Order(String id, int size) {}

  private static EmbeddedKafka kafka;

  @BeforeAll
  static void startBroker() {
    kafka = EmbeddedKafka.builder().start();
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @Test
  void commandsOfAllPartitionsMeetInBatchesAndEachIsAnsweredWithItsOwnResult() throws Exception {
    int count = 500;
    BatchStep<Order> step =
        BatchStep.builder(Order.class, BatchesOnABrokerTest::work)
            .size(10)
            .longestWait(Duration.ofMillis(200))
            .build();
    try (Installation installation = new Installation(kafka.bootstrapServers(), 4);
        Worker worker = installation.worker().slots(40).handler("work", step).build()) {
      for (int i = 0; i < count; i++) {
        installation.send(i % 4, Commands.command("w" + i, "work"));
      }
      installation.flush();
      worker.start();

      await().untilAsserted(() -> assertThat(installation.completions()).hasSize(count));
      await().untilAsserted(() -> assertThat(installation.committed()).isEqualTo(count));
      assertThat(installation.completedWorkflows()).doesNotHaveDuplicates();
      for (ConsumerRecord<byte[], byte[]> record : installation.completions()) {
        String id = new String(record.key(), StandardCharsets.UTF_8);
        StepCompletion completion = installation.decode(record);
        if (id.endsWith("7")) {
          assertThat(completion.getStatus()).isEqualTo(CompletionStatus.FAILED);
          assertThat(completion.getFailure().getMessage()).isEqualTo(id);
        } else {
          assertThat(StandardCharsets.UTF_8.decode(completion.getOutput().getData()).toString())
              .isEqualTo('"' + id + '"');
        }
      }
      List<BatchRun> runs = step.recentRuns();
      assertThat(runs).hasSizeGreaterThanOrEqualTo(count / 10);
      assertThat(runs).extracting(BatchRun::items).contains(10).allMatch(items -> items <= 10);
    }
  }

  private static List<StepResult> work(List<BatchItem<Order>> items) {
    return items.stream()
        .map(item -> item.input().id())
        .map(
            id ->
                id.endsWith("7")
                    ? (StepResult) StepResult.failed("Seven", id)
                    : StepResult.succeeded(id))
        .toList();
  }
}
