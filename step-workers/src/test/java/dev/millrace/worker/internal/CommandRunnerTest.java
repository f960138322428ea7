package dev.millrace.worker.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.ItemResult;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.v1.StepOutput;
import dev.millrace.worker.Commands;
import dev.millrace.worker.Dependency;
import dev.millrace.worker.Payload;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CommandRunnerTest {
  record Quake(String id, double magnitude) {}

  private static StepCompletion run(StepCommand command, StepHandler handler) throws Exception {
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

  private static Failure failure(StepCommand command, StepHandler handler) throws Exception {
    StepCompletion completion = run(command, handler);
    assertThat(completion.getStatus()).isEqualTo(CompletionStatus.FAILED);
    assertThat(completion.getOutput()).isNull();
    return completion.getFailure();
  }

  private static String output(StepCompletion completion) {
    assertThat(completion.getStatus()).isEqualTo(CompletionStatus.SUCCEEDED);
    assertThat(completion.getFailure()).isNull();
    return StandardCharsets.UTF_8.decode(completion.getOutput().getData()).toString();
  }

  private static StepCommand known() {
    return Commands.command("w", "known");
  }

  @Test
  void tellsTheHandlerEverythingThatTheCommandSays() throws Exception {
    StepCommand command =
        Commands.command(
            "w",
            "known",
            Commands.payload("", "{\"id\":\"q1\",\"magnitude\":5.5,\"other\":1}"),
            new StepOutput("b", Commands.payload("text/plain", "hello")),
            new StepOutput("a", null));
    Instant deadline = Instant.parse("2026-05-06T07:08:09Z");
    command.setDeadline(deadline);
    AtomicReference<Throwable> problem = new AtomicReference<>();
    run(
        command,
        context -> {
          try {
            assertThat(context.commandId()).isEqualTo("w/s/1");
            assertThat(context.workflowId()).isEqualTo("w");
            assertThat(context.step()).isEqualTo("s");
            assertThat(context.attempt()).isEqualTo(1);
            assertThat(context.type()).isEqualTo("known");
            assertThat(context.definition()).isEqualTo("test");
            assertThat(context.definitionVersion()).isEqualTo(7);
            assertThat(context.tenant()).isEqualTo("acme");
            assertThat(context.priority()).isEqualTo(6);
            assertThat(context.deadline()).contains(deadline);
            assertThat(context.clock().instant()).isEqualTo(FakeKafka.NOW);
            assertThat(context.input(Quake.class)).isEqualTo(new Quake("q1", 5.5));
            assertThat(context.input().orElseThrow().isJson()).isTrue();
            assertThat(context.dependencies())
                .extracting(Dependency::step)
                .containsExactly("b", "a");
            assertThat(context.dependency("b").orElseThrow().data()).asString().isEqualTo("hello");
            assertThat(context.dependency("a")).isEmpty();
          } catch (Throwable e) {
            problem.set(e);
          }
          return StepResult.succeeded();
        });
    assertThat(problem.get()).isNull();
  }

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
  void reportsWhatHasBecomeOfEachItemOfABatch() throws Exception {
    StepCommand command = known();
    command.setBranch(3);
    command.setItems(List.of(Commands.payload("", "1"), Commands.payload("", "2")));
    AtomicReference<String> id = new AtomicReference<>();
    StepCompletion completion =
        run(
            command,
            context -> {
              id.set(context.commandId());
              List<StepResult> results = new ArrayList<>();
              for (int item : context.items(Integer.class)) {
                results.add(
                    item == 1
                        ? StepResult.succeeded(10 * item)
                        : StepResult.failedForGood("TooLarge", "no"));
              }
              return StepResult.batch(results);
            });

    assertThat(id.get()).isEqualTo("w/s/3/1");
    assertThat(completion.getStatus()).isEqualTo(CompletionStatus.SUCCEEDED);
    assertThat(completion.getBranch()).isEqualTo(3);
    assertThat(completion.getResults())
        .containsExactly(
            new ItemResult(Commands.payload("", "10"), null),
            new ItemResult(null, new Failure("TooLarge", "no", false)));
  }

  @Test
  void failsForGoodWhereTheHandlerReturnsABatchForOneInput() throws Exception {
    Failure failure =
        failure(known(), context -> StepResult.batch(List.of(StepResult.succeeded("x"))));
    assertThat(failure.getType()).isEqualTo("worker.unexpected-batch");
    assertThat(failure.getRetryable()).isFalse();
    assertThat(failure.getMessage()).contains("step 's'", "1 results");
  }

  @Test
  void aBatchOfLongMessagesAndLargeOutputsIsNoLargerThanACompletionMayBe() throws Exception {
    StepCommand command = known();
    command.setBranch(3);
    command.setItems(Collections.nCopies(1_000, Commands.payload("", "1")));
    StepResult large = StepResult.succeeded(Payload.json(new byte[Limits.PAYLOAD_BYTES]));
    StepResult failed = StepResult.failed("Flaky", "x".repeat(Limits.MESSAGE_CHARS));
    List<StepResult> results = new ArrayList<>(Collections.nCopies(5, large));
    results.addAll(Collections.nCopies(994, failed));
    results.add(StepResult.succeeded(1));

    StepCompletion completion = run(command, context -> StepResult.batch(results));

    assertThat(completion.getStatus()).isEqualTo(CompletionStatus.SUCCEEDED);
    assertThat(completion.getResults().subList(0, 3))
        .allSatisfy(result -> assertThat(result.getFailure()).isNull());
    assertThat(completion.getResults().subList(3, 5))
        .allSatisfy(
            result ->
                assertThat(result.getFailure().getType()).isEqualTo("worker.output-too-large"));
    assertThat(completion.getResults().subList(5, 999))
        .extracting(ItemResult::getFailure)
        .containsOnly(new Failure("Flaky", "x".repeat(Limits.ITEM_MESSAGE_CHARS), true));
    assertThat(completion.getResults().getLast().getOutput()).isNotNull();
  }

  @Test
  void reportsTheHandlersOwnFailure() throws Exception {
    assertThat(failure(known(), context -> StepResult.failedForGood("CardDeclined", "no money")))
        .isEqualTo(new Failure("CardDeclined", "no money", false));
  }

  @Test
  void reportsHowLongTheNextAttemptIsToWait() throws Exception {
    StepResult.Failed busy = StepResult.failed("Busy", "");
    assertThat(run(known(), context -> busy).getRetryAfterMs()).isZero();
    assertThat(run(known(), context -> busy.retryAfter(Duration.ofSeconds(90))).getRetryAfterMs())
        .isEqualTo(90_000);
    assertThat(
            run(known(), context -> busy.retryAfter(ChronoUnit.FOREVER.getDuration()))
                .getRetryAfterMs())
        .isEqualTo(Limits.RETRY_AFTER_MS);
    assertThatThrownBy(() -> busy.retryAfter(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must not be negative");
  }

  @Test
  void batchWaitsForTheLongestTimeThatOneOfItsItemsAsksFor() throws Exception {
    StepCommand command = known();
    command.setBranch(3);
    command.setItems(Collections.nCopies(3, Commands.payload("", "1")));
    StepResult.Failed busy = StepResult.failed("Busy", "x".repeat(Limits.MESSAGE_CHARS));
    List<StepResult> results =
        List.of(
            StepResult.succeeded(1),
            busy.retryAfter(Duration.ofSeconds(9)),
            busy.retryAfter(Duration.ofSeconds(4)));
    assertThat(run(command, context -> StepResult.batch(results)).getRetryAfterMs())
        .isEqualTo(9_000);
  }

  @Test
  void reportsAnExceptionByItsSimpleNameAndAsRetryable() throws Exception {
    assertThat(
            failure(
                known(),
                context -> {
                  throw new IOException("connection reset");
                }))
        .isEqualTo(new Failure("IOException", "connection reset", true));
  }

  @Test
  void reportsAnErrorAndGoesOn() throws Exception {
    assertThat(
            failure(
                known(),
                context -> {
                  throw new StackOverflowError();
                }))
        .isEqualTo(new Failure("StackOverflowError", "", true));
  }

  @Test
  void reportsAStepTypeWithoutAHandlerAsRetryable() throws Exception {
    Failure failure = failure(Commands.command("w", "new-type"), context -> StepResult.succeeded());
    assertThat(failure.getType()).isEqualTo("worker.unknown-step-type");
    assertThat(failure.getRetryable()).isTrue();
    assertThat(failure.getMessage()).contains("new-type").contains("known");
  }

  @Test
  void failureOfATypeThatOnlyTheEngineMayUseBecomesOneThatSaysSo() throws Exception {
    Failure failure =
        failure(known(), context -> StepResult.failed("millrace.timeout.workflow", "too slow"));
    assertThat(failure.getType()).isEqualTo("worker.reserved-failure-type");
    assertThat(failure.getRetryable()).isFalse();
    assertThat(failure.getMessage()).contains("'millrace.timeout.workflow'", "too slow");
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

  @ParameterizedTest
  @ValueSource(strings = {"{\"id\":", "[]", "null", "{\"magnitude\":\"high\"}"})
  void failsForGoodWhenTheInputDoesNotFit(String json) throws Exception {
    Failure failure =
        failure(
            Commands.command("w", "known", Commands.payload("", json)),
            context -> StepResult.succeeded(context.input(Quake.class)));
    assertThat(failure.getType()).isEqualTo("worker.unreadable-payload");
    assertThat(failure.getRetryable()).isFalse();
    assertThat(failure.getMessage()).contains("input").contains("Quake");
  }

  @Test
  void failsForGoodWhenThereIsNoInputOrItIsNotJson() throws Exception {
    StepHandler handler = context -> StepResult.succeeded(context.input(Quake.class));
    assertThat(failure(Commands.command("w", "known", null), handler).getMessage())
        .contains("there is none");
    assertThat(
            failure(Commands.command("w", "known", Commands.payload("text/csv", "a,b")), handler)
                .getMessage())
        .contains("text/csv");
  }

  @Test
  void namesTheDependenciesThereAreWhenAskedForAnother() throws Exception {
    Failure failure =
        failure(
            Commands.command("w", "known", null, new StepOutput("price", null)),
            context -> StepResult.succeeded(context.dependency("prise")));
    assertThat(failure.getType()).isEqualTo("IllegalArgumentException");
    assertThat(failure.getMessage()).contains("'prise'").contains("[price]");
  }

  @Test
  void cutsALongMessageAndNoCharacterInTwo() throws Exception {
    String message = "x".repeat(Limits.MESSAGE_CHARS - 1) + "\uD83D\uDE00 and more";
    assertThat(failure(known(), context -> StepResult.failed("Long", message)).getMessage())
        .isEqualTo("x".repeat(Limits.MESSAGE_CHARS - 1));
  }

  @Test
  void handsTheTraceOn() throws Exception {
    try (FakeKafka kafka =
        new FakeKafka(
            4, Duration.ofSeconds(10), Map.of("known", context -> StepResult.succeeded()))) {
      kafka.start(0);
      RecordHeaders headers = new RecordHeaders();
      headers.add("traceparent", "00-1-2-01".getBytes(StandardCharsets.UTF_8));
      headers.add("other", new byte[0]);
      byte[] command = kafka.encode(known());
      kafka.onPollThread(() -> kafka.addRecord(0, "w", command, headers));
      kafka.awaitSent(1);
      ProducerRecord<byte[], byte[]> record = kafka.producer.history().getFirst();
      assertThat(record.headers().toArray()).hasSize(1);
      assertThat(record.headers().lastHeader("traceparent").value())
          .asString()
          .isEqualTo("00-1-2-01");
    }
  }

  @Test
  void anAttemptThatTheEngineHasGivenUpIsNotRun() throws Exception {
    List<String> ran = Collections.synchronizedList(new ArrayList<>());
    StepHandler note =
        context -> {
          ran.add(context.workflowId());
          return StepResult.succeeded();
        };
    StepCommand over = Commands.command("over", "known");
    over.setDeadline(FakeKafka.NOW.minusSeconds(6).truncatedTo(ChronoUnit.MILLIS));
    StepCommand byOneClock = Commands.command("by one clock", "known");
    byOneClock.setDeadline(FakeKafka.NOW.minusSeconds(4).truncatedTo(ChronoUnit.MILLIS));
    try (FakeKafka kafka = new FakeKafka(1, Duration.ofSeconds(10), Map.of("known", note))) {
      kafka.start(0);
      kafka.add(0, List.of(over, byOneClock));
      kafka.acknowledgeUntilCommitted(0, 2);

      assertThat(ran).containsExactly("by one clock");
      assertThat(kafka.producer.history()).hasSize(1);
    }
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

  /** An exception that breaks whoever asks it. */
  static final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1;

    @Override
    public String getMessage() {
      throw new IllegalStateException("not now");
    }
  }

  @Test
  void anExceptionWithoutReadableMessageFailsTheStepAndNotTheWorker() throws Exception {
    Failure failure =
        failure(
            known(),
            context -> {
              throw new Broken();
            });
    assertThat(failure.getType()).isEqualTo("Broken");
    assertThat(failure.getMessage()).contains("cannot be read");
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
