package dev.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.schemas.Limits;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WorkerBuilderTest {
  private static final StepHandler DONE = context -> StepResult.succeeded();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "acks",
        "producer.acks",
        "enable.idempotence",
        "enable.auto.commit",
        "consumer.group.id",
        "transactional.id",
        "bootstrap.servers"
      })
  void refusesSettingsThatItsPromisesRestOn(String setting) {
    assertThatThrownBy(() -> Worker.builder().clientSetting(setting, "x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(setting);
  }

  @Test
  void namesWhatIsMissing() {
    WorkerBuilder builder = Worker.builder();
    assertThatThrownBy(builder::build).hasMessageContaining("handler");
    builder.handler("a", DONE);
    assertThatThrownBy(builder::build).hasMessageContaining("bootstrapServers");
    builder.bootstrapServers("127.0.0.1:1");
    assertThatThrownBy(builder::build).hasMessageContaining("schemaRegistry");
    builder.schemaRegistryUrl("mock://builder");
    assertThatThrownBy(builder::build).hasMessageContaining("queue");
    try (Worker worker = builder.queue("q").build()) {
      assertThat(worker).isNotNull();
    }
  }

  @Test
  void refusesSlotsOfAStepTypeThatItDoesNotRun() {
    WorkerBuilder builder = Worker.builder().handler("a", DONE).slots("b", 2);
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("slots of step type 'b': there is no handler for it, only for [a]");
  }

  @Test
  void refusesOrderOfASourceThatHasNone() {
    WorkerBuilder builder =
        Worker.builder().handler("a", DONE).source(Source.shareGroup()).inKeyOrder();
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("inKeyOrder: a share group has no order");
  }

  @Test
  void refusesTwoHandlersOfOneStepType() {
    WorkerBuilder builder = Worker.builder().handler("a", DONE);
    assertThatThrownBy(() -> builder.handler("a", DONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'a'");
  }

  @Test
  void refusesWhatIsOverALimit() {
    WorkerBuilder builder = Worker.builder();
    assertThatThrownBy(() -> builder.queue("q".repeat(Limits.QUEUE_CHARS + 1)))
        .isInstanceOf(IllegalArgumentException.class);
    for (String none : List.of("", "a queue", "Upper", "dotted.name", "under_score")) {
      assertThatThrownBy(() -> builder.queue(none))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("queue '" + none + "': must be 1 to 64 lower-case letters");
    }
    assertThatThrownBy(() -> builder.handler("t".repeat(Limits.NAME_CHARS + 1), DONE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder.slots(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder.slots(WorkerBuilder.MAX_SLOTS + 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder.slots("a", 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("slots of step type 'a': 0: must be 1 to 100000");
    assertThatThrownBy(() -> builder.drainTimeout(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder.name("n".repeat(WorkerBuilder.NAME_CHARS + 1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void closesAWorkerThatWasNeverStarted() {
    Worker worker =
        Worker.builder()
            .bootstrapServers("127.0.0.1:1")
            .schemaRegistryUrl("mock://builder")
            .queue("q")
            .handler("a", DONE)
            .build();
    worker.close();
    assertThatThrownBy(worker::start).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(worker::awaitTermination).isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "application/json", "application/json; charset=utf-8", "a/b+json"})
  void jsonIsKnownByItsContentType(String contentType) {
    assertThat(new Payload(contentType, new byte[0]).isJson()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/avro", "text/plain", "application/jsonl", "json"})
  void otherContentIsNotJson(String contentType) {
    assertThat(new Payload(contentType, new byte[0]).isJson()).isFalse();
  }
}
