package dev.millrace.orchestrator.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.schemas.HeaderNames;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.WorkflowEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;

/** Controls that are read before their workflow has begun. */
class ParkedControlsTest extends DrivenEngineCase {
  private static final Duration RETRY = Duration.ofMillis(100);
  private static final WorkflowDefinition DEFINITION =
      TimersTest.definition(Duration.ZERO, Definitions.step("a"));

  @Test
  void timeInWhichStartsAreLeftInKafkaIsNotSpentWaitingForOne() {
    engine.define(DEFINITION);
    engine.startsAreLeft.set(true);
    engine.advance(Duration.ofMinutes(1));
    engine.cancel("w", "early");
    for (int i = 0; i < 5; i++) {
      engine.advance(DrivenEngine.CONTROL_WAIT);
    }
    assertThat(engine.deadLetters()).isEmpty();

    engine.startsAreLeft.set(false);
    engine.advance(DrivenEngine.CONTROL_WAIT.minusMillis(1));
    engine.start("w", "timed");
    assertCancelledOnce("early");
    assertNothingWaits();
  }

  @Test
  void controlThatNoStartFollowsIsGivenUpSomeTimeAfterStartsAreReadAgain() {
    engine.startsAreLeft.set(true);
    engine.cancel("w", "early");
    engine.advance(DrivenEngine.CONTROL_WAIT);
    engine.startsAreLeft.set(false);
    engine.advance(DrivenEngine.CONTROL_WAIT.minusMillis(1));
    assertThat(engine.deadLetters()).isEmpty();

    engine.advance(DrivenEngine.TICK);
    assertDeadLetter("unknown-workflow");
    assertThat(engine.stored()).isEmpty();
  }

  @Test
  void controlThatIsReadBeforeItsStartIsAppliedRightBehindIt() {
    engine.define(DEFINITION);
    engine.cancel("w", "early");
    assertThat(engine.deadLetters()).isEmpty();

    engine.start("w", "timed");
    assertCancelledOnce("early");
    assertNothingWaits();
  }

  @Test
  void controlOfAStartThatWaitsIsAppliedWhenTheWorkflowBegins() {
    engine.start("w", "timed");
    engine.cancel("w", "while it waits");
    engine.define(DEFINITION);

    engine.advance(RETRY.plus(DrivenEngine.TICK));
    assertCancelledOnce("while it waits");
    assertNothingWaits();
  }

  @Test
  void controlsWaitInTheirOrder() {
    engine.define(DEFINITION);
    engine.cancel("w", "first");
    engine.cancel("other", "not of this one");
    engine.cancel("w", "second");

    engine.start("w", "timed");
    assertCancelledOnce("first");
  }

  @Test
  void controlGoesToTheDeadLettersOnceWhenItsWaitIsOver() {
    byte[] value = engine.controlBytes("for nobody");
    RecordHeaders headers = new RecordHeaders();
    headers.add("own", new byte[] {1});
    engine.cancel("other", "first in the topic");
    engine.send(
        engine.topics.controls(),
        new TestRecord<>("w".getBytes(UTF_8), value, headers, DrivenEngine.NOON));
    engine.advance(DrivenEngine.CONTROL_WAIT.minusMillis(1));
    assertThat(engine.deadLetters()).isEmpty();

    engine.advance(DrivenEngine.TICK);
    List<TestRecord<byte[], byte[]>> letters = engine.deadLetters();
    assertThat(letters).hasSize(2).extracting(this::code).containsOnly("unknown-workflow");
    TestRecord<byte[], byte[]> letter = letters.getLast();
    assertThat(letter.key()).asString(UTF_8).isEqualTo("w");
    assertThat(letter.value()).isEqualTo(value);
    assertThat(letter.headers().lastHeader("own").value()).containsExactly(1);
    assertThat(header(letter, HeaderNames.ERROR_TOPIC)).isEqualTo(engine.topics.controls());
    assertThat(header(letter, HeaderNames.ERROR_OFFSET)).isEqualTo("1");
    assertThat(engine.stored()).isEmpty();

    engine.define(DEFINITION);
    engine.start("w", "timed");
    engine.advance(DrivenEngine.CONTROL_WAIT.multipliedBy(2));
    assertThat(engine.eventTypes()).doesNotContain(EventType.WORKFLOW_CANCELLED);
    assertThat(engine.deadLetters()).isEmpty();
  }

  @Test
  void everyControlWaitsItsOwnTime() {
    engine.cancel("w", "first");
    engine.advance(DrivenEngine.CONTROL_WAIT.dividedBy(2));
    engine.cancel("w", "second");
    engine.advance(DrivenEngine.CONTROL_WAIT.dividedBy(2));
    assertThat(engine.deadLetters())
        .extracting(letter -> header(letter, HeaderNames.ERROR_OFFSET))
        .containsExactly("0");

    engine.define(DEFINITION);
    engine.start("w", "timed");
    assertCancelledOnce("second");
  }

  @Test
  void controlWaitsAsLongAsItsStartDoesAndIsRejectedWithIt() {
    engine.start("w", "timed");
    engine.cancel("w", "while it waits");
    engine.advance(DrivenEngine.CONTROL_WAIT.plus(RETRY));
    assertThat(engine.deadLetters()).isEmpty();

    engine.advance(DrivenEngine.DEFINITION_WAIT);
    assertThat(engine.deadLetters())
        .extracting(this::code)
        .containsExactly("start-rejected", "unknown-workflow");
    assertThat(engine.stored()).isEmpty();
  }

  @Test
  void waitingControlIsKeptOverARestartAndWaitsAgainForStartsToBeRead() {
    engine.cancel("w", "early");
    engine.advance(DrivenEngine.CONTROL_WAIT.minusMillis(1));
    engine.restart(DEFINITION);

    engine.advance(DrivenEngine.CONTROL_WAIT.minusMillis(1));
    assertThat(engine.deadLetters()).isEmpty();
    engine.start("w", "timed");
    assertCancelledOnce("early");
    assertNothingWaits();
  }

  @Test
  void waitingControlThatIsReadAgainWaitsOnceAndComesToTheChangelog() {
    engine.cancel("w", "early");
    Map<Bytes, byte[]> kept = engine.stored();
    engine.restart(DEFINITION);
    engine.changelog();
    engine.cancel("w", "early");
    assertThat(engine.changelog())
        .extracting(record -> Bytes.wrap(record.key()))
        .containsExactlyInAnyOrderElementsOf(kept.keySet());

    engine.start("w", "timed");
    assertCancelledOnce("early");
  }

  /** The crash comes after the workflow's record and before the control is applied to it. */
  @Test
  void controlThatACrashLeftBesideItsWorkflowIsAppliedWhenTheStartIsReadAgain() {
    crashBetweenStartAndControl();
    engine.start("w", "timed");
    assertThat(engine.eventTypes()).containsExactly(EventType.WORKFLOW_CANCELLED);
    assertNothingWaits();
  }

  @Test
  void controlThatACrashLeftBesideItsWorkflowIsAppliedBeforeTheNextOne() {
    crashBetweenStartAndControl();
    engine.cancel("other", "has the offset of the one that waits");
    engine.cancel("w", "late");
    assertThat(eventsButRefusals())
        .singleElement()
        .satisfies(event -> assertThat(event.getFailure().getMessage()).isEqualTo("early"));
  }

  @Test
  void controlThatACrashLeftBesideItsWorkflowIsAppliedAtLastWhenItsWaitIsOver() {
    crashBetweenStartAndControl();
    engine.advance(DrivenEngine.CONTROL_WAIT);
    assertThat(engine.eventTypes()).containsExactly(EventType.WORKFLOW_CANCELLED);
    assertThat(engine.deadLetters()).isEmpty();
    assertNothingWaits();
  }

  private void crashBetweenStartAndControl() {
    engine.cancel("w", "early");
    engine.restart(DEFINITION);
    try (DrivenEngine other = new DrivenEngine(folder.resolve("other"))) {
      other.define(DEFINITION);
      other.start("w", "timed");
      other.stored().forEach(engine::store);
    }
  }

  /** The crash comes after the control was applied and before it is deleted. */
  @Test
  void controlThatWasAppliedIsNotAppliedAgainWhenACrashLeftItBehind() {
    engine.define(DEFINITION);
    engine.cancel("w", "early");
    Map<Bytes, byte[]> parked = engine.stored();
    engine.start("w", "timed");
    assertCancelledOnce("early");

    parked.forEach(engine::store);
    engine.advance(DrivenEngine.CONTROL_WAIT);
    assertThat(engine.events()).isEmpty();
    assertThat(engine.deadLetters()).isEmpty();
    assertNothingWaits();
  }

  @Test
  void oneControlTooManyForAWorkflowGoesToTheDeadLettersAtOnce() {
    for (int i = 0; i < 100; i++) {
      engine.cancel("w", "number " + i);
    }
    assertThat(engine.deadLetters()).isEmpty();
    engine.cancel("w", "one too many");
    assertThat(engine.deadLetters())
        .singleElement()
        .satisfies(
            letter ->
                assertThat(header(letter, HeaderNames.ERROR_MESSAGE)).contains("at most 100"));

    engine.define(DEFINITION);
    engine.start("w", "timed");
    assertCancelledOnce("number 0");
  }

  @Test
  void controlsThatAreTooLargeToWaitGoToTheDeadLettersAtOnce() {
    RecordHeaders headers = new RecordHeaders();
    headers.add("own", new byte[1024 * 1024]);
    engine.send(
        engine.topics.controls(),
        new TestRecord<>(
            "w".getBytes(UTF_8), engine.controlBytes("large"), headers, DrivenEngine.NOON));

    assertThat(engine.deadLetters()).extracting(this::code).containsExactly("unknown-workflow");
    assertThat(engine.stored()).isEmpty();
  }

  private void assertCancelledOnce(String reason) {
    List<WorkflowEvent> events = eventsButRefusals();
    assertThat(events)
        .extracting(WorkflowEvent::getType)
        .containsExactly(
            EventType.WORKFLOW_STARTED, EventType.STEP_DISPATCHED, EventType.WORKFLOW_CANCELLED);
    assertThat(events.getLast().getFailure().getMessage()).isEqualTo(reason);
    engine.succeed("w", "a", 1, null);
    assertThat(engine.events()).isEmpty();
  }

  /** What was done; controls after the first come too late. */
  private List<WorkflowEvent> eventsButRefusals() {
    return engine.events().stream()
        .filter(event -> event.getType() != EventType.CONTROL_REFUSED)
        .toList();
  }

  /** Only the workflow's summary and the timer of its end are left. */
  private void assertNothingWaits() {
    assertThat(engine.stored().keySet())
        .extracting(key -> (char) key.get()[0])
        .containsExactlyInAnyOrder('w', 't');
    assertThat(engine.deadLetters()).isEmpty();
  }

  private String code(TestRecord<byte[], byte[]> letter) {
    return header(letter, HeaderNames.ERROR_CODE);
  }

  @Test
  void waitingControlThatCannotBeReadAnyMoreGoesToTheDeadLettersAndItsWorkflowGoesOn() {
    engine.cancel("w", "enough");
    engine.spoil(engine.controlBytes("enough"));
    engine.define(TimersTest.definition(Duration.ZERO, Definitions.step("a")));
    engine.start("w", "timed");

    assertThat(engine.attempts()).containsExactly("a/1");
    assertThat(engine.deadLetters()).hasSize(1);
    engine.succeed("w", "a", 1, null);
    assertThat(engine.eventTypes()).endsWith(EventType.WORKFLOW_SUCCEEDED);
  }
}
