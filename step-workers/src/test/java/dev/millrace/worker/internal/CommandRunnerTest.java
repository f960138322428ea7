package dev.millrace.worker.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepOutput;
import dev.millrace.worker.Commands;
import dev.millrace.worker.Dependency;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CommandRunnerTest extends CommandRunnerCase {
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
  void reportsAStepTypeWithoutAHandlerAsRetryable() throws Exception {
    Failure failure = failure(Commands.command("w", "new-type"), context -> StepResult.succeeded());
    assertThat(failure.getType()).isEqualTo("worker.unknown-step-type");
    assertThat(failure.getRetryable()).isTrue();
    assertThat(failure.getMessage()).contains("new-type").contains("known");
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
}
