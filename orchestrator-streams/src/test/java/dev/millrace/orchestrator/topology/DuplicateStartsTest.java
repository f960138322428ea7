package dev.millrace.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.millrace.orchestrator.codec.DefinitionCodec;
import dev.millrace.orchestrator.codec.DefinitionDecoder;
import dev.millrace.orchestrator.codec.EventDecoder;
import dev.millrace.orchestrator.codec.InputSource;
import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.codec.WorkflowHistory;
import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.evolve.Evolver;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.store.Keys;
import dev.millrace.schemas.v1.DuplicatePolicy;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.wire.EventHistory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Starts whose workflow id is taken. */
class DuplicateStartsTest extends DrivenEngineCase {
  private static final Duration RETRY = Duration.ofMillis(100);
  private static final WorkflowDefinition DEFINITION =
      TimersTest.definition(
          Duration.ZERO, Definitions.guarded("a", Duration.ofMinutes(1)), Definitions.step("b"));

  /** A step, and one that runs however the workflow ends. */
  private static final WorkflowDefinition WITH_CLEAN_UP =
      new WorkflowDefinition(
          "tidy",
          1,
          Duration.ZERO,
          RetryPolicy.NONE,
          0,
          null,
          List.of(Definitions.step("a")),
          List.of(Definitions.step("tidy")));

  @BeforeEach
  void define() {
    engine.define(DEFINITION);
    engine.define(WITH_CLEAN_UP);
  }

  @ParameterizedTest
  @EnumSource(
      value = DuplicatePolicy.class,
      names = {"REJECT", "RETURN_EXISTING", "ALLOW_AFTER_END"})
  void startOfARunningWorkflowStartsNothing(DuplicatePolicy policy) {
    engine.start("w", "timed");
    engine.attempts();
    engine.start("w", "timed", policy);

    assertThat(engine.attempts()).isEmpty();
    assertThat(engine.deadLetters()).isEmpty();
    complete(1);
    assertThat(engine.eventTypes()).containsOnlyOnce(EventType.WORKFLOW_STARTED);
  }

  @ParameterizedTest
  @EnumSource(
      value = DuplicatePolicy.class,
      names = {"REJECT", "RETURN_EXISTING"})
  void startOfAnEndedWorkflowStartsNothing(DuplicatePolicy policy) {
    engine.start("w", "timed");
    complete(1);
    engine.attempts();
    engine.start("w", "timed", policy);

    assertThat(engine.attempts()).isEmpty();
    assertThat(engine.deadLetters()).isEmpty();
  }

  @Test
  void rejectedIdIsTakenOverARestartUntilItsSummaryExpires() {
    engine.start("w", "timed");
    complete(1);
    engine.restart(DEFINITION);
    engine.start("other", "timed"); // has the offset of the first start
    engine.attempts();

    engine.start("w", "timed");
    assertThat(engine.attempts()).isEmpty();
    engine.advance(DrivenEngine.RETENTION.plus(DrivenEngine.TICK));
    engine.start("w", "timed");
    assertThat(engine.attempts()).containsExactly("a/1", "b/1");
  }

  @ParameterizedTest
  @EnumSource(
      value = DuplicatePolicy.class,
      names = {"ALLOW_AFTER_END", "CANCEL_EXISTING"})
  void workflowBeginsAnewAfterTheEndAndNoAttemptIsUsedTwice(DuplicatePolicy policy) {
    engine.start("w", "timed", DrivenEngine.payload(5_000), null);
    engine.fail("w", "a", 1);
    engine.advance(Duration.ofSeconds(1).plus(DrivenEngine.TICK));
    engine.succeed("w", "b", 1, null);
    engine.cancel("w", "enough");
    assertThat(engine.attempts()).containsExactly("a/1", "b/1", "a/2");

    engine.start("w", "timed", policy);
    assertThat(engine.attempts()).containsExactly("a/3", "b/3");
    engine.events();
    engine.succeed("w", "a", 1, null);
    engine.succeed("w", "a", 2, null);
    engine.succeed("w", "b", 1, null);
    assertThat(engine.events()).as("late completions of the former workflow").isEmpty();

    engine.fail("w", "a", 3);
    engine.advance(Duration.ofSeconds(1).plus(DrivenEngine.TICK));
    assertThat(engine.attempts()).as("retries are counted anew").containsExactly("a/4");
    engine.succeed("w", "a", 4, null);
    engine.succeed("w", "b", 3, null);
    assertThat(engine.eventTypes()).endsWith(EventType.WORKFLOW_SUCCEEDED);
    assertThat(engine.deadLetters()).isEmpty();

    engine.advance(DrivenEngine.RETENTION.plus(DrivenEngine.TICK));
    engine.advance(DrivenEngine.TICK);
    assertThat(engine.stored()).isEmpty();
  }

  @Test
  void eventLogOfAnIdIsOneHistoryThatFoldsToItsState() throws Exception {
    engine.start("w", "timed", DuplicatePolicy.ALLOW_AFTER_END);
    complete(1);
    engine.start("w", "timed", DuplicatePolicy.ALLOW_AFTER_END);
    engine.succeed("w", "b", 2, DrivenEngine.payload(10));

    EventHistory history = new EventHistory();
    CompiledDefinition compiled = CompiledDefinition.compile(DEFINITION);
    PackedWorkflow folded = PackedWorkflow.absent();
    long offset = 0;
    for (WorkflowEvents record : engine.eventRecords()) {
      assertThat(history.add(offset++, record)).isEqualTo(EventHistory.Outcome.APPENDED);
      for (WorkflowEvent event : record.getEvents()) {
        Evolver.evolve(
            compiled,
            folded,
            EventDecoder.fromAvro(compiled, event),
            record.getAt().toEpochMilli());
      }
    }
    PackedWorkflow stored =
        PackedWorkflow.of(Objects.requireNonNull(engine.stored().get(Keys.workflow("w"))));
    for (InputSource source : InputSource.values()) {
      folded.setAppliedOffset(source, stored.appliedOffset(source));
    }
    folded.setArmedTimerMs(stored.armedTimerMs());
    folded.setIncarnation(stored.incarnation());
    assertThat(folded.bytes()).isEqualTo(stored.bytes());
  }

  @Test
  void workflowOfAnotherDefinitionIsTheFoldOfItsOwnEvents() throws Exception {
    engine.start("w", "timed");
    engine.fail("w", "a", 1);
    engine.advance(Duration.ofSeconds(1).plus(DrivenEngine.TICK));
    complete(2);
    engine.start("w", "tidy", DuplicatePolicy.CANCEL_EXISTING);
    engine.fail("w", "a", 3);

    EventHistory log = new EventHistory();
    long offset = 0;
    for (WorkflowEvents record : engine.eventRecords()) {
      log.add(offset++, record);
    }
    List<EventHistory.Entry> own = log.entries();
    int start =
        IntStream.range(0, own.size())
            .filter(i -> own.get(i).event().getType() == EventType.WORKFLOW_STARTED)
            .max()
            .orElseThrow();
    WorkflowHistory history =
        WorkflowHistory.of(
            new DefinitionDecoder(engine.topics, engine.registry)
                .decode(engine.definitionBytes(WITH_CLEAN_UP)));
    history.follow(own.get(start).sequence(), 2);
    for (EventHistory.Entry entry : own.subList(start, own.size())) {
      history.apply(entry);
    }

    assertThat(start).isPositive();
    StoredFold.assertThatItIs(engine, "w", history);
  }

  @Test
  void runningWorkflowIsCancelledAndTheNextBeginsAtOnceWhenNothingIsToBeCleanedUp() {
    engine.start("w", "timed");
    engine.start("w", "timed", DuplicatePolicy.CANCEL_EXISTING);

    assertThat(engine.attempts()).containsExactly("a/1", "b/1", "a/2", "b/2");
    assertThat(engine.eventTypes())
        .containsSubsequence(EventType.WORKFLOW_CANCELLED, EventType.WORKFLOW_STARTED);
    assertNothingWaits();
  }

  @Test
  void nextWorkflowWaitsForTheCleanUpOfTheOneThatItCancels() throws Exception {
    assumeCleanUpIsCarried();
    engine.start("w", "tidy");
    engine.start("w", "timed", DuplicatePolicy.CANCEL_EXISTING);
    assertThat(engine.attempts()).containsExactly("a/1", "tidy/1");
    engine.advance(Duration.ofSeconds(25));
    assertThat(engine.attempts()).isEmpty();
    assertThat(engine.eventTypes())
        .as("it is cancelled once")
        .doesNotContain(EventType.CONTROL_REFUSED);
    engine.start("w", "timed");
    engine.start("w", "timed", DuplicatePolicy.ALLOW_AFTER_END);

    engine.succeed("w", "tidy", 1, null);
    assertThat(engine.attempts()).containsExactly("a/2", "b/2");
    assertThat(engine.deadLetters()).isEmpty();
    assertNothingWaits();
  }

  @Test
  void startThatWaitsForACleanUpIsKeptOverARestart() throws Exception {
    assumeCleanUpIsCarried();
    engine.start("w", "tidy");
    engine.start("w", "timed", DuplicatePolicy.CANCEL_EXISTING);
    engine.restart(DEFINITION, WITH_CLEAN_UP);
    assertThat(engine.attempts()).isEmpty();

    engine.start("w", "tidy");
    engine.start("w", "timed", DuplicatePolicy.CANCEL_EXISTING);
    engine.succeed("w", "tidy", 1, null);
    assertThat(engine.attempts()).containsExactly("a/2", "b/2");
    engine.start("other", "timed");
    assertNothingWaits();
  }

  @Test
  void startsThatAreReadAgainDoNothingTwice() {
    engine.start("w", "timed");
    engine.start("w", "timed", DuplicatePolicy.CANCEL_EXISTING);
    engine.restart(DEFINITION, WITH_CLEAN_UP);

    engine.start("w", "timed");
    engine.start("w", "timed", DuplicatePolicy.CANCEL_EXISTING);
    assertThat(engine.attempts()).isEmpty();
    assertThat(engine.events()).isEmpty();
    complete(2);
    assertThat(engine.eventTypes()).endsWith(EventType.WORKFLOW_SUCCEEDED);
  }

  /** The crash comes after the next workflow's record and before its parked start is deleted. */
  @Test
  void parkedStartThatACrashLeftBehindStartsNoThirdWorkflow() throws Exception {
    assumeCleanUpIsCarried();
    engine.start("w", "tidy");
    engine.start("w", "timed", DuplicatePolicy.CANCEL_EXISTING);
    Map<Bytes, byte[]> parked = engine.stored();
    parked.keySet().removeIf(key -> key.get()[0] != 's');
    engine.succeed("w", "tidy", 1, null);
    engine.attempts();
    parked.forEach(engine::store);

    engine.succeed("w", "a", 2, null);
    engine.succeed("w", "b", 2, null);
    assertThat(engine.eventTypes()).endsWith(EventType.WORKFLOW_SUCCEEDED);
    assertThat(engine.attempts()).isEmpty();
    assertNothingWaits();
  }

  @Test
  void startThatCancelsTakesThePlaceOfOneThatWaits() {
    engine.start("w", "unknown");
    engine.start("w", "timed", DuplicatePolicy.CANCEL_EXISTING);

    assertThat(engine.attempts()).containsExactly("a/1", "b/1");
    assertDeadLetter("start-replaced");
    assertNothingWaits();
  }

  @Test
  void nothingIsCancelledForAStartThatCannotBegin() {
    engine.start("w", "timed");
    engine.start("w", "unknown", DuplicatePolicy.CANCEL_EXISTING);
    engine.advance(DrivenEngine.DEFINITION_WAIT.plus(RETRY));

    assertThat(engine.deadLetters()).hasSize(1);
    assertThat(engine.eventTypes())
        .doesNotContain(EventType.WORKFLOW_CANCELLED, EventType.WORKFLOW_REJECTED);
    complete(1);
    assertThat(engine.eventTypes()).endsWith(EventType.WORKFLOW_SUCCEEDED);
  }

  /** The record of a definition must say what is to be cleaned up. */
  private static void assumeCleanUpIsCarried() throws Exception {
    assumeThat(DefinitionCodec.fromAvro(DefinitionCodec.toAvro(WITH_CLEAN_UP)))
        .isEqualTo(WITH_CLEAN_UP);
  }

  private void complete(int attempt) {
    engine.succeed("w", "a", attempt, null);
    engine.succeed("w", "b", attempt, null);
  }

  private void assertNothingWaits() {
    assertThat(engine.stored().keySet()).noneMatch(key -> key.get()[0] == 's');
  }
}
