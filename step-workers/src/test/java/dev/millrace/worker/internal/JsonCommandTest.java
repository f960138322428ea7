package dev.millrace.worker.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.wire.CommandJson;
import dev.millrace.schemas.wire.JsonIntake;
import dev.millrace.worker.Commands;
import dev.millrace.worker.StepResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

final class JsonCommandTest {
  @Test
  void commandsInJsonAndInAvroMayBeInOneTopic() throws Exception {
    StepCommand command = Commands.command("w", "known", Commands.payload("", "{\"id\": 7}"));
    try (FakeKafka kafka =
        new FakeKafka(
            4,
            Duration.ofSeconds(10),
            Map.of("known", context -> StepResult.succeeded(context.input(Map.class))))) {
      kafka.start(0);
      Headers json = JsonIntake.marked(new RecordHeaders());
      kafka.onPollThread(
          () -> {
            kafka.addRecord(0, "w", CommandJson.write(command), new RecordHeaders(json.toArray()));
            kafka.addRecord(0, "w", kafka.encode(command), new RecordHeaders());
          });
      kafka.awaitSent(2);
      for (int i = 0; i < 2; i++) {
        StepCompletion completion = kafka.decode(kafka.producer.history().get(i));
        assertThat(completion.getStatus()).isEqualTo(CompletionStatus.SUCCEEDED);
        assertThat(StandardCharsets.UTF_8.decode(completion.getOutput().getData()).toString())
            .isEqualTo("{\"id\":7}");
      }
    }
  }

  @Test
  void whatIsSaidToBeJsonAndIsNotGoesToTheDeadLetters() throws Exception {
    try (FakeKafka kafka =
        new FakeKafka(
            4, Duration.ofSeconds(10), Map.of("known", context -> StepResult.succeeded()))) {
      kafka.start(0);
      byte[] avro = kafka.encode(Commands.command("w", "known", null));
      Headers json = JsonIntake.marked(new RecordHeaders());
      kafka.onPollThread(() -> kafka.addRecord(0, "w", avro, new RecordHeaders(json.toArray())));
      kafka.awaitSent(1);
      assertThat(kafka.producer.history().getFirst().topic())
          .isEqualTo(FakeKafka.TOPICS.deadLetters());
    }
  }
}
