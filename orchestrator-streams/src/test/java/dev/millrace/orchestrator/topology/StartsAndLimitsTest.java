package dev.millrace.orchestrator.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.schemas.HeaderNames;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.WorkflowEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;

/** Starts that must wait, and steps whose commands are too large. */
class StartsAndLimitsTest extends DrivenEngineCase {
  private static final Duration RETRY = Duration.ofMillis(100);

  @Test
  void startWaitsForItsDefinition() {
    engine.start("w", "timed");
    engine.advance(DrivenEngine.DEFINITION_WAIT.dividedBy(2));
    assertThat(engine.events()).isEmpty();

    engine.define(TimersTest.definition(Duration.ZERO, Definitions.step("a")));
    engine.advance(RETRY.plus(DrivenEngine.TICK));
    assertThat(engine.attempts()).containsExactly("a/1");
    assertThat(engine.deadLetters()).isEmpty();
  }

  /** The crash comes after the workflow's record and before its parked start is deleted. */
  @Test
  void parkedStartThatACrashLeftBehindDoesNotTakeItsIdForEver() {
    engine.start("w", "timed");
    Map<Bytes, byte[]> parked = engine.stored();
    engine.define(TimersTest.definition(Duration.ZERO, Definitions.step("a")));
    engine.advance(RETRY.plus(DrivenEngine.TICK));
    parked.forEach(engine::store);
    engine.succeed("w", "a", 1, null);
    assertThat(engine.attempts()).containsExactly("a/1");

    engine.advance(DrivenEngine.RETENTION.plus(DrivenEngine.TICK));
    engine.advance(DrivenEngine.TICK);
    engine.start("w", "timed");
    assertThat(engine.attempts()).containsExactly("a/1");
    assertThat(engine.deadLetters()).isEmpty();
  }

  @Test
  void parkedStartLeavesTheTimerThatItsWorkflowHasArmedForTheSameTime() {
    Instant retry = DrivenEngine.NOON.plus(RETRY);
    engine.start("w", "timed", null, retry);
    engine.define(TimersTest.definition(Duration.ZERO, Definitions.step("a")));
    engine.advance(RETRY);
    assertThat(engine.attempts()).containsExactly("a/1");

    engine.advance(DrivenEngine.TICK);
    assertThat(engine.eventTypes()).endsWith(EventType.WORKFLOW_TIMED_OUT);
  }

  @Test
  void startIsRejectedWhenItsDefinitionDoesNotArriveInTime() {
    byte[] value = engine.startBytes("timed");
    RecordHeaders headers = new RecordHeaders();
    headers.add("own", new byte[] {1});
    engine.send(
        engine.topics.starts(),
        new TestRecord<>("w".getBytes(UTF_8), value, headers, DrivenEngine.NOON));
    engine.advance(DrivenEngine.DEFINITION_WAIT.minusMillis(1));
    assertThat(engine.events()).isEmpty();
    assertThat(engine.deadLetters()).isEmpty();

    engine.advance(RETRY.plus(DrivenEngine.TICK));
    assertThat(engine.events())
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getType()).isEqualTo(EventType.WORKFLOW_REJECTED);
              assertThat(event.getFailure().getMessage())
                  .startsWith("definition 'timed' is not registered; register it");
            });
    assertThat(engine.deadLetters())
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.value()).isEqualTo(value);
              assertThat(letter.headers().lastHeader("own").value()).containsExactly(1);
              assertThat(header(letter, HeaderNames.ERROR_CODE)).isEqualTo("start-rejected");
            });

    engine.define(TimersTest.definition(Duration.ZERO, Definitions.step("a")));
    engine.start("w", "timed");
    assertThat(engine.attempts()).as("the id is free again").containsExactly("a/1");
  }

  @Test
  void startWaitsForTheTopicsOfItsQueues() {
    engine.queues.clear();
    engine.define(TimersTest.definition(Duration.ZERO, Definitions.step("a")));
    engine.start("waits", "timed");
    engine.advance(RETRY.plus(DrivenEngine.TICK));
    assertThat(engine.attempts()).isEmpty();

    engine.queues.add("queue");
    engine.advance(RETRY.plus(DrivenEngine.TICK));
    assertThat(engine.attempts()).containsExactly("a/1");
  }

  @Test
  void startIsRejectedWhenAQueueHasNoTopic() {
    engine.queues.clear();
    engine.define(TimersTest.definition(Duration.ZERO, Definitions.step("a")));
    engine.start("waits", "timed");
    engine.advance(DrivenEngine.DEFINITION_WAIT);

    assertThat(engine.events())
        .singleElement()
        .satisfies(
            event ->
                assertThat(event.getFailure().getMessage())
                    .contains("'queue'", "step-commands.queue", "millrace topics apply"));
  }

  @Test
  void oversizeCommandFailsItsStepAndWorkflow() {
    StepDefinition[] steps = new StepDefinition[6];
    String[] sources = new String[5];
    for (int i = 0; i < sources.length; i++) {
      sources[i] = "source-" + i;
      steps[i] = Definitions.step(sources[i]);
    }
    steps[5] = Definitions.step("join", sources);
    engine.define(TimersTest.definition(Duration.ZERO, steps));
    engine.start("w", "timed");
    for (String source : sources) {
      engine.succeed("w", source, 1, DrivenEngine.payload(Limits.PAYLOAD_BYTES));
    }

    assertThat(engine.attempts()).doesNotContain("join/1");
    List<WorkflowEvent> events = engine.events();
    assertThat(events.getLast().getType()).isEqualTo(EventType.WORKFLOW_FAILED);
    assertThat(events.getLast().getFailure().getType()).isEqualTo("millrace.command-too-large");
  }

  @Test
  void oversizeOutputFailsItsStep() {
    engine.define(TimersTest.definition(Duration.ZERO, Definitions.step("a")));
    engine.start("w", "timed");
    engine.succeed("w", "a", 1, DrivenEngine.payload(Limits.PAYLOAD_BYTES + 1));

    assertThat(engine.events().getLast().getFailure().getType())
        .isEqualTo("millrace.output-too-large");
  }

  /** RocksDB kept what the changelog never got; then the inputs of the lost commit come again. */
  @Test
  void inputThatIsReadAgainBringsItsWorkflowToTheChangelog() {
    WorkflowDefinition definition =
        TimersTest.definition(Duration.ofHours(1), Definitions.step("a"), Definitions.step("b"));
    engine.define(definition);
    engine.start("w", "timed", DrivenEngine.payload(Limits.RECORD_BYTES / 100), null);
    engine.succeed("w", "a", 1, null);
    Map<Bytes, byte[]> kept = engine.stored();

    engine.restart(definition);
    engine.cancel("other", "");
    engine.changelog();
    engine.succeed("w", "a", 1, null);
    assertThat(changedKeys(engine.changelog())).containsAll(kept.keySet());

    engine.start("w", "timed");
    assertThat(engine.changelog()).as("once is enough").isEmpty();
    assertThat(engine.attempts()).isEmpty();
  }

  /** A timer's change, which no input repeats, may have come to RocksDB and no further. */
  @Test
  void firstChangeAfterARestartBringsAllOfItsWorkflowToTheChangelog() {
    WorkflowDefinition definition =
        TimersTest.definition(Duration.ofHours(1), Definitions.step("a"), Definitions.step("b"));
    engine.define(definition);
    engine.start("w", "timed", DrivenEngine.payload(Limits.RECORD_BYTES / 100), null);
    Set<Bytes> kept = engine.stored().keySet();
    assertThat(kept).as("record, input, timer").hasSize(3);

    engine.restart(definition);
    engine.cancel("other", "");
    engine.changelog();
    engine.succeed("w", "a", 1, null);
    assertThat(changedKeys(engine.changelog())).containsAll(kept);

    engine.succeed("w", "b", 1, null);
    assertThat(changedKeys(engine.changelog()))
        .as("once is enough")
        .doesNotContainAnyElementsOf(kept.stream().filter(key -> key.get()[0] == 't').toList());
  }

  @Test
  void parkedStartThatCannotBeReadAnyMoreGoesToTheDeadLettersAndItsIdIsFree() {
    engine.start("w", "timed");
    engine.spoil(engine.startBytes("timed"));
    engine.define(TimersTest.definition(Duration.ZERO, Definitions.step("a")));
    engine.advance(RETRY.plus(DrivenEngine.TICK));
    assertThat(engine.deadLetters()).hasSize(1);
    assertThat(engine.attempts()).isEmpty();

    engine.start("w", "timed");
    assertThat(engine.attempts()).containsExactly("a/1");
  }

  private static Set<Bytes> changedKeys(List<TestRecord<byte[], byte[]>> changelog) {
    return changelog.stream().map(record -> Bytes.wrap(record.key())).collect(Collectors.toSet());
  }
}
