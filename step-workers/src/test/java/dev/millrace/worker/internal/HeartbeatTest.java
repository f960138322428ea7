package dev.millrace.worker.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.schemas.Limits;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.worker.Commands;
import dev.millrace.worker.Payload;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.junit.jupiter.api.Test;

/** Signs of life that a worker gives of the attempt that it runs. */
final class HeartbeatTest {
  record Progress(int done, int of) {}

  /** What the worker writes for a command, in order. */
  private static List<StepCompletion> written(StepCommand command, int records, StepHandler handler)
      throws Exception {
    try (FakeKafka kafka = new FakeKafka(4, Duration.ofSeconds(10), Map.of("known", handler))) {
      kafka.start(0);
      kafka.add(0, List.of(command));
      kafka.awaitSent(records);
      List<StepCompletion> written = new ArrayList<>();
      for (ProducerRecord<byte[], byte[]> record : kafka.producer.history()) {
        assertThat(record.key()).asString().isEqualTo(command.getWorkflowId());
        written.add(kafka.decode(record));
      }
      assertThat(kafka.runtime.failure()).isEmpty();
      return written;
    }
  }

  @Test
  void progressGoesToTheEngineOnceASecondAndTheLastOfItBeforeAFailure() throws Exception {
    List<StepCompletion> written =
        written(
            Commands.command("w", "known"),
            2,
            context -> {
              context.heartbeat(new Progress(1, 2));
              context.heartbeat(null);
              context.heartbeat(new Payload("text/plain", "half".getBytes(StandardCharsets.UTF_8)));
              return StepResult.failed("broken", "half way");
            });

    assertThat(written)
        .extracting(StepCompletion::getStatus)
        .containsExactly(CompletionStatus.RUNNING, CompletionStatus.FAILED);
    assertThat(text(written.get(0))).isEqualTo("half");
    assertThat(written.get(0).getOutput().getContentType()).isEqualTo("text/plain");
  }

  @Test
  void progressOfAStepThatSucceedsAtOnceIsNobodysConcern() throws Exception {
    List<StepCompletion> written =
        written(
            Commands.command("w", "known"),
            1,
            context -> {
              context.heartbeat(new Progress(1, 2));
              return StepResult.succeeded();
            });

    assertThat(written)
        .extracting(StepCompletion::getStatus)
        .containsExactly(CompletionStatus.SUCCEEDED);
  }

  @Test
  void stepThatAsksForSignsGetsTheFirstBeforeItsHandlerIsCalled() throws Exception {
    StepCommand command = Commands.command("w", "known");
    command.setHeartbeatMs(5_000);

    assertThat(written(command, 2, context -> StepResult.succeeded()))
        .extracting(StepCompletion::getStatus)
        .containsExactly(CompletionStatus.RUNNING, CompletionStatus.SUCCEEDED);
  }

  @Test
  void laterAttemptGetsTheProgressOfTheOneBefore() throws Exception {
    StepCommand command = Commands.command("w", "known");
    command.setProgress(Commands.payload("", "{\"done\":1,\"of\":2}"));
    AtomicReference<Payload> last = new AtomicReference<>();

    written(
        command,
        1,
        context -> {
          last.set(context.lastHeartbeat().orElseThrow());
          return StepResult.succeeded();
        });

    assertThat(new String(last.get().data(), StandardCharsets.UTF_8))
        .isEqualTo("{\"done\":1,\"of\":2}");
  }

  @Test
  void progressThatIsTooLargeOrNoJsonIsTheHandlersMistake() throws Exception {
    List<Object> endless = new ArrayList<>();
    endless.add(endless);
    List<StepCompletion> written =
        written(
            Commands.command("w", "known"),
            1,
            context -> {
              assertThat(context.lastHeartbeat()).isEmpty();
              assertThatThrownBy(
                      () -> context.heartbeat(new Payload("", new byte[Limits.PROGRESS_BYTES + 1])))
                  .isInstanceOf(IllegalArgumentException.class)
                  .hasMessageContaining("65537 bytes, the limit is 65536");
              assertThatThrownBy(() -> context.heartbeat(endless))
                  .isInstanceOf(IllegalArgumentException.class)
                  .hasMessageContaining("cannot be written as JSON");
              return StepResult.succeeded();
            });

    assertThat(written)
        .extracting(StepCompletion::getStatus)
        .containsExactly(CompletionStatus.SUCCEEDED);
  }

  @Test
  void heartbeatThatItsTopicDoesNotTakeIsLostAndTheAttemptGoesOn() throws Exception {
    StepCommand command = Commands.command("w", "known");
    command.setHeartbeatMs(60_000);
    Gate gate = new Gate();
    try (FakeKafka kafka = new FakeKafka(4, Duration.ofSeconds(10), Map.of("known", gate))) {
      kafka.start(0);
      kafka.add(0, List.of(command));
      kafka.awaitSent(1);
      kafka.producer.errorNext(new RecordTooLargeException("too large"));
      gate.letGo(1);
      kafka.awaitSent(2);
      kafka.acknowledge();
      kafka.awaitCommitted(0, 1);

      assertThat(kafka.runtime.failure()).isEmpty();
      assertThat(kafka.decode(kafka.producer.history().getLast()).getStatus())
          .isEqualTo(CompletionStatus.SUCCEEDED);
    }
  }

  private static String text(StepCompletion completion) {
    return StandardCharsets.UTF_8.decode(completion.getOutput().getData()).toString();
  }
}
