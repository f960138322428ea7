package dev.millrace.worker.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.worker.Payload;
import dev.millrace.worker.StepResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.junit.jupiter.api.Test;

/** What a worker makes of what a handler returns. */
final class CommandOutputsTest extends CommandRunnerCase {
  @Test
  void writesARecordAsJson() throws Exception {
    assertThat(output(run(known(), context -> StepResult.succeeded(new Quake("q", 1.5)))))
        .isEqualTo("{\"id\":\"q\",\"magnitude\":1.5}");
  }

  @Test
  void writesAPayloadAsItIs() throws Exception {
    StepCompletion completion =
        run(
            known(),
            context ->
                StepResult.succeeded(
                    new Payload("text/csv", "a,b".getBytes(StandardCharsets.UTF_8))));
    assertThat(output(completion)).isEqualTo("a,b");
    assertThat(completion.getOutput().getContentType()).isEqualTo("text/csv");
  }

  @Test
  void succeedsWithoutAnOutput() throws Exception {
    StepCompletion completion = run(known(), context -> StepResult.succeeded());
    assertThat(completion.getStatus()).isEqualTo(CompletionStatus.SUCCEEDED);
    assertThat(completion.getOutput()).isNull();
  }

  @Test
  void outputMayBeAsLargeAsTheLimit() throws Exception {
    StepCompletion completion =
        run(known(), context -> StepResult.succeeded(Payload.json(new byte[Limits.PAYLOAD_BYTES])));
    assertThat(completion.getOutput().getData().remaining()).isEqualTo(Limits.PAYLOAD_BYTES);
  }

  @Test
  void refusesAnOutputOverTheLimit() throws Exception {
    Failure failure =
        failure(
            known(),
            context -> StepResult.succeeded(Payload.json(new byte[Limits.PAYLOAD_BYTES + 1])));
    assertThat(failure.getType()).isEqualTo("worker.output-too-large");
    assertThat(failure.getRetryable()).isFalse();
    assertThat(failure.getMessage()).contains("1048577").contains("1048576");
  }

  @Test
  void reportsAnOutputThatTheTopicDoesNotTake() throws Exception {
    try (FakeKafka kafka =
        new FakeKafka(
            4, Duration.ofSeconds(10), Map.of("known", context -> StepResult.succeeded("x")))) {
      kafka.start(0);
      kafka.add(0, List.of(known()));
      kafka.awaitSent(1);
      kafka.producer.errorNext(new RecordTooLargeException("too large"));
      kafka.awaitSent(2);
      kafka.acknowledge();
      kafka.awaitCommitted(0, 1);
      assertThat(kafka.decode(kafka.producer.history().getLast()).getFailure().getType())
          .isEqualTo("worker.output-too-large");
    }
  }

  @Test
  void reportsAnOutputThatCannotBeWrittenAsJson() throws Exception {
    List<Object> endless = new ArrayList<>();
    endless.add(endless);
    Failure failure = failure(known(), context -> StepResult.succeeded(endless));
    assertThat(failure.getType()).isEqualTo("worker.unwritable-output");
    assertThat(failure.getRetryable()).isFalse();
  }

  /**
   * An output that calls somebody while it is written.
   *
   * @param name gives the value of its one field
   */
  record Calling(Supplier<String> name) {
    @JsonValue
    String value() {
      return name.get();
    }
  }

  @Test
  void anErrorWhileTheOutputIsWrittenFailsTheStepAndNotTheWorker() throws Exception {
    Failure failure =
        failure(
            known(),
            context ->
                StepResult.succeeded(
                    new Calling(
                        () -> {
                          throw new NoClassDefFoundError("org/acme/Money");
                        })));
    assertThat(failure.getType()).isEqualTo(StepResult.UNWRITABLE_OUTPUT);
    assertThat(failure.getMessage()).contains("org/acme/Money");
    assertThat(failure.getRetryable()).isFalse();
  }

  @Test
  void anInterruptThatAHandlerLeavesBehindIsNoneOfItsOutput() throws Exception {
    List<Boolean> interrupted = Collections.synchronizedList(new ArrayList<>());
    run(
        known(),
        context -> {
          Thread.currentThread().interrupt();
          return StepResult.succeeded(
              new Calling(
                  () -> {
                    interrupted.add(Thread.currentThread().isInterrupted());
                    return "x";
                  }));
        });
    assertThat(interrupted).containsExactly(false);
  }
}
