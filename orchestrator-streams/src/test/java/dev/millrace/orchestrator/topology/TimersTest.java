package dev.millrace.orchestrator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.Timeouts;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepCompletion;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What only time brings about. */
class TimersTest extends DrivenEngineCase {
  private static final Duration JUST_BEFORE = Duration.ofMillis(1);

  @Test
  void retryIsSentWhenItsBackOffIsOverAndNeverEarlier() {
    engine.define(definition(Duration.ZERO, Definitions.guarded("a", Duration.ZERO)));
    engine.start("w", "timed");
    engine.fail("w", "a", 1);
    assertThat(engine.attempts()).containsExactly("a/1");

    engine.advance(Duration.ofSeconds(1).minus(JUST_BEFORE));
    assertThat(engine.attempts()).isEmpty();
    engine.advance(DrivenEngine.TICK);
    assertThat(engine.attempts()).containsExactly("a/2");

    engine.fail("w", "a", 2);
    engine.advance(Duration.ofSeconds(2).minus(JUST_BEFORE));
    assertThat(engine.attempts()).isEmpty();
    engine.advance(DrivenEngine.TICK);
    assertThat(engine.attempts()).containsExactly("a/3");

    engine.fail("w", "a", 3);
    assertThat(engine.eventTypes()).endsWith(EventType.STEP_FAILED, EventType.WORKFLOW_FAILED);
  }

  @ParameterizedTest
  @ValueSource(longs = {60_000, Limits.RETRY_AFTER_MS, Limits.RETRY_AFTER_MS + 1, Long.MAX_VALUE})
  void retryWaitsAsLongAsItsWorkerAsksForButNoLongerThanADay(long retryAfterMs) {
    engine.define(definition(Duration.ZERO, Definitions.guarded("a", Duration.ZERO)));
    engine.start("w", "timed");
    engine.complete("w", flaky(retryAfterMs));
    assertThat(engine.attempts()).containsExactly("a/1");

    Duration wait = Duration.ofMillis(Math.min(retryAfterMs, Limits.RETRY_AFTER_MS));
    engine.advance(wait.minus(JUST_BEFORE));
    assertThat(engine.attempts()).isEmpty();
    engine.advance(DrivenEngine.TICK);
    assertThat(engine.attempts()).containsExactly("a/2");
  }

  @Test
  void wishBelowNothingIsNone() {
    engine.define(definition(Duration.ZERO, Definitions.guarded("a", Duration.ZERO)));
    engine.start("w", "timed");
    engine.complete("w", flaky(Long.MIN_VALUE));
    engine.advance(Duration.ofSeconds(1).plus(DrivenEngine.TICK));
    assertThat(engine.attempts()).containsExactly("a/1", "a/2");
  }

  private static StepCompletion flaky(long retryAfterMs) {
    return StepCompletion.newBuilder()
        .setStep("a")
        .setAttempt(1)
        .setStatus(CompletionStatus.FAILED)
        .setFailure(new Failure("flaky", "busy", true))
        .setRetryAfterMs(retryAfterMs)
        .build();
  }

  @Test
  void attemptThatIsNotCompletedInTimeIsTriedAgainAndItsLateCompletionChangesNothing() {
    engine.define(definition(Duration.ZERO, Definitions.guarded("a", Duration.ofSeconds(10))));
    engine.start("w", "timed");
    assertThat(engine.attempts()).containsExactly("a/1");
    engine.events();

    engine.advance(Duration.ofSeconds(10).minus(JUST_BEFORE));
    assertThat(engine.events()).isEmpty();
    engine.advance(DrivenEngine.TICK);
    assertThat(engine.events())
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getType()).isEqualTo(EventType.ATTEMPT_FAILED);
              assertThat(event.getFailure().getType()).isEqualTo("millrace.timeout.start-to-close");
            });

    engine.advance(Duration.ofSeconds(2));
    assertThat(engine.attempts()).containsExactly("a/2");
    engine.events();
    engine.succeed("w", "a", 1, null);
    assertThat(engine.events()).isEmpty();
    assertThat(engine.deadLetters()).isEmpty();
    engine.succeed("w", "a", 2, null);
    assertThat(engine.eventTypes())
        .containsExactly(EventType.STEP_SUCCEEDED, EventType.WORKFLOW_SUCCEEDED);
  }

  @Test
  void progressOfAnAttemptIsInTheCommandOfTheNextAlsoAfterARestart() {
    WorkflowDefinition definition =
        definition(Duration.ZERO, Definitions.guarded("a", Duration.ofSeconds(10)));
    engine.define(definition);
    engine.start("w", "timed");
    assertThat(engine.commands()).singleElement().extracting(StepCommand::getProgress).isNull();
    engine.events();

    engine.heartbeat("w", "a", 1, DrivenEngine.payload(20_000));
    engine.heartbeat("w", "a", 1, DrivenEngine.payload(20_000));
    engine.heartbeat("w", "a", 1, null);
    assertThat(engine.eventTypes()).containsExactly(EventType.HEARTBEAT);
    engine.restart(definition);
    engine.advance(Duration.ofSeconds(10));
    engine.advance(Duration.ofSeconds(1));

    assertThat(engine.commands())
        .singleElement()
        .satisfies(
            command -> {
              assertThat(command.getAttempt()).isEqualTo(2);
              assertThat(command.getProgress()).isEqualTo(DrivenEngine.payload(20_000));
            });
  }

  @Test
  void attemptWhoseWorkerFallsSilentIsTriedAgainAndItsCommandSaysHowOftenItIsToBeHeardOf() {
    Timeouts timeouts =
        new Timeouts(Duration.ZERO, Duration.ofSeconds(20), Duration.ZERO, Duration.ofSeconds(3));
    WorkflowDefinition definition =
        definition(
            Duration.ZERO,
            TestStep.of("a").timeouts(timeouts).retry(Definitions.THREE_ATTEMPTS).build());
    engine.define(definition);
    engine.start("w", "timed");
    assertThat(engine.commands())
        .singleElement()
        .satisfies(command -> assertThat(command.getHeartbeatMs()).isEqualTo(3_000));
    engine.heartbeat("w", "a", 1, null);
    engine.advance(Duration.ofSeconds(2));
    engine.heartbeat("w", "a", 1, null);
    engine.advance(Duration.ofSeconds(2));
    engine.restart(definition);
    engine.events();

    engine.advance(Duration.ofSeconds(1));

    assertThat(engine.events())
        .singleElement()
        .satisfies(
            event ->
                assertThat(event.getFailure().getType()).isEqualTo("millrace.timeout.heartbeat"));
    engine.advance(Duration.ofSeconds(2));
    assertThat(engine.attempts()).containsExactly("a/2");
    engine.advance(Duration.ofSeconds(21));
    assertThat(engine.events())
        .extracting(event -> event.getFailure() == null ? "" : event.getFailure().getType())
        .contains("millrace.timeout.schedule-to-start");
  }

  @Test
  void heartbeatOfAnAttemptThatIsOverChangesNothing() {
    engine.define(definition(Duration.ZERO, Definitions.guarded("a", Duration.ofSeconds(10))));
    engine.start("w", "timed");
    engine.fail("w", "a", 1);
    engine.events();

    engine.heartbeat("w", "a", 1, DrivenEngine.payload(20));

    assertThat(engine.events()).isEmpty();
    assertThat(engine.deadLetters()).isEmpty();
  }

  @Test
  void heartbeatWithTooMuchProgressGoesToTheDeadLetters() {
    engine.define(definition(Duration.ZERO, Definitions.step("a")));
    engine.start("w", "timed");
    engine.events();

    engine.heartbeat("w", "a", 1, DrivenEngine.payload(Limits.PROGRESS_BYTES + 1));

    assertDeadLetter("progress-too-large");
    assertThat(engine.events()).isEmpty();
  }

  @Test
  void workflowThatDoesNotEndInTimeTimesOut() {
    engine.define(definition(Duration.ofMinutes(1), Definitions.step("a")));
    engine.start("w", "timed");
    engine.events();

    engine.advance(Duration.ofMinutes(1).minus(JUST_BEFORE));
    assertThat(engine.events()).isEmpty();
    engine.advance(DrivenEngine.TICK);
    assertThat(engine.eventTypes()).containsExactly(EventType.WORKFLOW_TIMED_OUT);
    engine.succeed("w", "a", 1, null);
    assertThat(engine.events()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 1, Long.MIN_VALUE, 1_700_000_000_000L})
  void deadlineInThePastTimesTheWorkflowOutAtOnce(long epochMs) {
    engine.define(definition(Duration.ZERO, Definitions.step("a")));
    engine.start("w", "timed", null, Instant.ofEpochMilli(epochMs));
    engine.advance(DrivenEngine.TICK);

    assertThat(engine.eventTypes())
        .startsWith(EventType.WORKFLOW_STARTED)
        .endsWith(EventType.WORKFLOW_TIMED_OUT);
  }

  @Test
  void farthestDeadlineLeavesTheOtherTimersAlone() {
    engine.define(definition(Duration.ZERO, Definitions.guarded("a", Duration.ZERO)));
    engine.start("w", "timed", null, Instant.ofEpochMilli(Long.MAX_VALUE));
    engine.fail("w", "a", 1);
    engine.advance(Duration.ofSeconds(2));

    assertThat(engine.attempts()).containsExactly("a/1", "a/2");
  }

  @Test
  void cancelEndsTheWorkflowAndWhatComesLaterChangesNothing() {
    engine.define(definition(Duration.ofMinutes(1), Definitions.step("a")));
    engine.start("w", "timed");
    engine.events();
    engine.cancel("w", "enough");
    assertThat(engine.events())
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getType()).isEqualTo(EventType.WORKFLOW_CANCELLED);
              assertThat(event.getFailure().getMessage()).isEqualTo("enough");
            });

    engine.succeed("w", "a", 1, null);
    engine.advance(Duration.ofMinutes(2));
    assertThat(engine.events()).isEmpty();
    engine.cancel("w", "again");
    assertThat(engine.events())
        .singleElement()
        .satisfies(event -> assertThat(event.getReason()).isEqualTo("workflow-ended"));
    assertThat(engine.deadLetters()).isEmpty();
  }

  @Test
  void timersAreKeptOverARestart() {
    WorkflowDefinition definition =
        definition(Duration.ofMinutes(1), Definitions.guarded("a", Duration.ZERO));
    engine.define(definition);
    engine.start("w", "timed");
    engine.fail("w", "a", 1);
    engine.attempts();
    engine.restart(definition);

    engine.advance(Duration.ofSeconds(1).minus(JUST_BEFORE));
    assertThat(engine.attempts()).isEmpty();
    engine.advance(DrivenEngine.TICK);
    assertThat(engine.attempts()).containsExactly("a/2");
    engine.events();
    engine.restart(definition);

    engine.advance(Duration.ofMinutes(1));
    assertThat(engine.eventTypes()).containsExactly(EventType.WORKFLOW_TIMED_OUT);
  }

  @Test
  void summaryOfAnEndedWorkflowRefusesASecondStartUntilItExpires() {
    engine.define(definition(Duration.ZERO, Definitions.step("a")));
    engine.start("w", "timed");
    engine.succeed("w", "a", 1, null);
    engine.events();
    engine.attempts();

    engine.advance(DrivenEngine.RETENTION.minus(JUST_BEFORE));
    engine.start("w", "timed");
    assertThat(engine.events()).isEmpty();
    assertThat(engine.attempts()).isEmpty();

    engine.advance(DrivenEngine.TICK);
    engine.start("w", "timed");
    assertThat(engine.attempts()).containsExactly("a/1");
  }

  static WorkflowDefinition definition(Duration timeout, StepDefinition... steps) {
    return WorkflowDefinition.of("timed", 1, timeout, RetryPolicy.NONE, List.of(steps));
  }
}
