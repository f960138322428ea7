package dev.millrace.worker.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.worker.Commands;
import dev.millrace.worker.StepHandler;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Runs single commands with one handler each through a worker on mock clients. */
abstract class CommandRunnerCase {
  record Quake(String id, double magnitude) {}

  static StepCompletion run(StepCommand command, StepHandler handler) throws Exception {
    try (FakeKafka kafka = new FakeKafka(4, Duration.ofSeconds(10), Map.of("known", handler))) {
      kafka.start(0);
      kafka.add(0, List.of(command));
      kafka.awaitSent(1);
      ProducerRecord<byte[], byte[]> record = kafka.producer.history().getFirst();
      assertThat(record.topic()).isEqualTo(FakeKafka.TOPICS.completions());
      assertThat(record.key()).asString().isEqualTo(command.getWorkflowId());
      StepCompletion completion = kafka.decode(record);
      assertThat(completion.getStep()).isEqualTo(command.getStep());
      assertThat(completion.getAttempt()).isEqualTo(command.getAttempt());
      assertThat(completion.getStartedAt()).isEqualTo(FakeKafka.NOW);
      assertThat(completion.getEndedAt()).isEqualTo(FakeKafka.NOW);
      assertThat(completion.getWorker()).isEqualTo("tester");
      assertThat(kafka.runtime.failure()).isEmpty();
      return completion;
    }
  }

  static Failure failure(StepCommand command, StepHandler handler) throws Exception {
    StepCompletion completion = run(command, handler);
    assertThat(completion.getStatus()).isEqualTo(CompletionStatus.FAILED);
    assertThat(completion.getOutput()).isNull();
    return completion.getFailure();
  }

  static String output(StepCompletion completion) {
    assertThat(completion.getStatus()).isEqualTo(CompletionStatus.SUCCEEDED);
    assertThat(completion.getFailure()).isNull();
    return StandardCharsets.UTF_8.decode(completion.getOutput().getData()).toString();
  }

  static StepCommand known() {
    return Commands.command("w", "known");
  }
}
