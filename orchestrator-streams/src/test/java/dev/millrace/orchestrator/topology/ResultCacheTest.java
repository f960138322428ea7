package dev.millrace.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.ResultCache;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.store.ResultStore;
import dev.millrace.schemas.v1.DuplicatePolicy;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.WorkflowEvent;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Results of steps that other workflows take. */
class ResultCacheTest extends DrivenEngineCase {
  private static final Duration TTL = Duration.ofMinutes(10);
  private static final int LARGEST = 64 * 1024;
  private static final Duration JUST_BEFORE = Duration.ofMillis(1);
  private static final WorkflowDefinition CACHED =
      WorkflowDefinition.of(
          "cached",
          1,
          Duration.ZERO,
          RetryPolicy.NONE,
          List.of(TestStep.of("a").cache(new ResultCache(null, TTL)).build()));

  @Test
  void workflowThatWouldRunAStepWithTheSameInputTakesItsResult() {
    engine.define(CACHED);
    Payload output = DrivenEngine.payload(100);
    runOnce("first", 10, output);

    engine.start("second", "cached", DrivenEngine.payload(10), null);
    assertThat(engine.attempts()).isEmpty();
    List<WorkflowEvent> events = engine.events();
    assertThat(events)
        .extracting(WorkflowEvent::getType)
        .containsExactly(
            EventType.WORKFLOW_STARTED, EventType.STEP_SUCCEEDED, EventType.WORKFLOW_SUCCEEDED);
    assertThat(events.get(1).getReason()).isEqualTo("cached");
    assertThat(events.get(1).getAttempt()).isOne();
    assertThat(events.get(1).getPayload()).isEqualTo(output);
    assertThat(engine.results("hit")).isOne();
    assertThat(engine.results("miss")).isOne();
    assertThat(engine.results("kept")).isOne();

    engine.start("third", "cached", DrivenEngine.payload(11), null);
    assertThat(engine.attempts()).containsExactly("a/1");
    assertThat(engine.results("miss")).isEqualTo(2);
  }

  @Test
  void workflowWhoseIdWasUsedBeforeTakesAResultToo() {
    engine.define(CACHED);
    engine.start("first", "cached");
    engine.succeed("first", "a", 1, DrivenEngine.payload(100));
    engine.attempts();

    engine.start("first", "cached", DuplicatePolicy.CANCEL_EXISTING);

    assertThat(engine.attempts()).isEmpty();
    assertThat(engine.eventTypes()).endsWith(EventType.WORKFLOW_SUCCEEDED);
    assertThat(engine.results("hit")).isOne();
  }

  @Test
  void resultWithoutAnOutputIsAResult() {
    engine.define(CACHED);
    runOnce("first", 10, null);

    engine.start("second", "cached", DrivenEngine.payload(10), null);
    assertThat(engine.eventTypes()).endsWith(EventType.WORKFLOW_SUCCEEDED);
  }

  @Test
  void resultIsTakenUntilItExpiresAndThenLeavesNothingBehind() {
    engine.define(CACHED);
    runOnce("first", 10, DrivenEngine.payload(100));

    engine.advance(TTL.minus(JUST_BEFORE));
    engine.start("second", "cached", DrivenEngine.payload(10), null);
    assertThat(engine.attempts()).isEmpty();
    engine.advance(DrivenEngine.TICK);
    engine.start("third", "cached", DrivenEngine.payload(10), null);
    assertThat(engine.attempts()).containsExactly("a/1");
    engine.cancel("third", "enough");

    engine.advance(DrivenEngine.RETENTION.plus(DrivenEngine.TICK));
    engine.advance(DrivenEngine.TICK);
    assertThat(engine.stored()).isEmpty();
  }

  @Test
  void laterResultTakesThePlaceOfAnEarlierOneAndOfItsTime() {
    engine.define(CACHED);
    engine.start("first", "cached", DrivenEngine.payload(10), null);
    engine.start("second", "cached", DrivenEngine.payload(10), null);
    engine.succeed("first", "a", 1, DrivenEngine.payload(1));
    engine.advance(TTL.dividedBy(2));
    engine.succeed("second", "a", 1, DrivenEngine.payload(2));
    engine.events();

    engine.advance(TTL.dividedBy(2).plus(DrivenEngine.TICK));
    engine.start("third", "cached", DrivenEngine.payload(10), null);
    assertThat(engine.events().get(1).getPayload()).isEqualTo(DrivenEngine.payload(2));
    engine.advance(DrivenEngine.RETENTION.plus(DrivenEngine.TICK));
    engine.advance(DrivenEngine.TICK);
    assertThat(engine.stored()).isEmpty();
  }

  @Test
  void resultThatIsTooLargeIsNotKept() {
    engine.define(CACHED);
    runOnce("first", 10, DrivenEngine.payload(64 * 1024 + 1));
    assertThat(engine.results("too-large")).isOne();
    assertThat(engine.results("kept")).isZero();
    engine.start("second", "cached", DrivenEngine.payload(10), null);
    assertThat(engine.attempts()).containsExactly("a/1");

    engine.succeed("second", "a", 1, DrivenEngine.payload(64 * 1024));
    engine.start("third", "cached", DrivenEngine.payload(10), null);
    assertThat(engine.attempts()).isEmpty();
  }

  @Test
  void resultSurvivesARestart() {
    engine.define(CACHED);
    runOnce("first", 10, DrivenEngine.payload(100));

    engine.restart(CACHED);
    engine.start("second", "cached", DrivenEngine.payload(10), null);
    assertThat(engine.attempts()).isEmpty();
    assertThat(engine.eventTypes()).endsWith(EventType.WORKFLOW_SUCCEEDED);
    engine.advance(TTL.plus(DrivenEngine.TICK));
    engine.advance(DrivenEngine.RETENTION.plus(DrivenEngine.TICK));
    engine.advance(DrivenEngine.TICK);
    assertThat(engine.stored()).isEmpty();
  }

  @Test
  void completionThatIsReadAgainAfterACrashKeepsItsResultAgain() {
    engine.define(CACHED);
    engine.start("first", "cached", DrivenEngine.payload(10), null);
    engine.commit();
    engine.succeed("first", "a", 1, DrivenEngine.payload(100));

    engine.crash(CACHED);
    engine.succeed("first", "a", 1, DrivenEngine.payload(100));
    assertThat(engine.eventTypes()).endsWith(EventType.WORKFLOW_SUCCEEDED);
    engine.start("second", "cached", DrivenEngine.payload(10), null);
    assertThat(engine.attempts()).isEmpty();
  }

  @Test
  void resultThatWasTakenIsTakenAgainWhenTheStartIsReadAgainAfterACrash() {
    engine.define(CACHED);
    Payload output = DrivenEngine.payload(100);
    runOnce("first", 10, output);
    engine.commit();
    engine.start("second", "cached", DrivenEngine.payload(10), null);
    List<WorkflowEvent> before = engine.events();

    engine.crash(CACHED);
    engine.start("second", "cached", DrivenEngine.payload(10), null);
    assertThat(engine.attempts()).isEmpty();
    assertThat(engine.events()).isEqualTo(before);
    assertThat(before.get(1).getReason()).isEqualTo("cached");
    assertThat(before.get(1).getPayload()).isEqualTo(output);
  }

  @Test
  void noMoreIsKeptThanThereIsRoomForUntilResultsExpire() {
    engine.define(CACHED);
    int most = Math.toIntExact(ResultStore.BYTES / LARGEST);
    for (int run = 1; run <= most; run++) {
      engine.start("w" + run, "cached", DrivenEngine.payload(run), null);
      engine.succeed("w" + run, "a", 1, DrivenEngine.payload(LARGEST));
    }
    assertThat(engine.results("full")).isOne();
    assertThat(engine.results("kept")).isEqualTo(most - 1);
    engine.attempts();
    engine.events();
    engine.start("again", "cached", DrivenEngine.payload(1), null);
    assertThat(engine.attempts()).isEmpty();

    engine.advance(TTL.plus(DrivenEngine.TICK));
    engine.advance(DrivenEngine.TICK);
    engine.start("later", "cached", DrivenEngine.payload(1), null);
    engine.succeed("later", "a", 1, DrivenEngine.payload(LARGEST));
    assertThat(engine.results("kept")).isEqualTo(most);
  }

  private void runOnce(String workflowId, int inputBytes, @Nullable Payload output) {
    engine.start(workflowId, "cached", DrivenEngine.payload(inputBytes), null);
    assertThat(engine.attempts()).containsExactly("a/1");
    engine.succeed(workflowId, "a", 1, output);
    assertThat(engine.eventTypes()).endsWith(EventType.WORKFLOW_SUCCEEDED);
  }
}
