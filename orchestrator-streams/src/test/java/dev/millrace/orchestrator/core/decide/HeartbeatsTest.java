package dev.millrace.orchestrator.core.decide;

import static dev.millrace.orchestrator.core.Definitions.step;
import static dev.millrace.orchestrator.core.TestWorkflow.START_MS;
import static dev.millrace.orchestrator.core.decide.Decisions.events;
import static dev.millrace.orchestrator.core.decide.Decisions.payload;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.Timeouts;
import dev.millrace.orchestrator.core.effect.ArmTimer;
import dev.millrace.orchestrator.core.effect.DispatchStep;
import dev.millrace.orchestrator.core.event.AttemptFailed;
import dev.millrace.orchestrator.core.event.AttemptHeard;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.state.Clocks;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Time-outs of steps and the signs of their workers. Every decision is folded and checked. */
class HeartbeatsTest {
  /** Five attempts, a second apart. */
  private static final RetryPolicy FIVE =
      new RetryPolicy(5, Duration.ofSeconds(1), 1, Duration.ofSeconds(1), 0, List.of());

  private static final Failure FLAKY = new Failure("flaky", "connection reset", true);

  @Test
  void attemptOfWhichNoWorkerGivesASignInTimeFails() {
    TestWorkflow workflow = started(60_000, 5_000, 0, 0);
    assertThat(workflow.state().stepDeadlineMs(0)).isEqualTo(START_MS + 5_000);

    assertThat(events(workflow.after(4_999).fireTimer())).isEmpty();
    assertThat(failure(workflow.after(5_000).fireTimer()).type())
        .isEqualTo(Failure.SCHEDULE_TO_START_TIMEOUT);
    assertThat(events(workflow.after(6_000).fireTimer()))
        .containsExactly(new StepDispatched(0, 2, START_MS + 11_000));
  }

  @Test
  void firstSignOfAWorkerEndsTheWaitForItsStart() {
    TestWorkflow workflow = started(60_000, 5_000, 0, 0);

    assertThat(events(workflow.after(1_000).heartbeat("a", 1, null)))
        .containsExactly(new AttemptHeard(0, 1, null, START_MS + 60_000));
    assertThat(events(workflow.after(5_000).fireTimer())).isEmpty();
    assertThat(events(workflow.after(5_001).heartbeat("a", 1, null))).isEmpty();
    assertThat(failure(workflow.after(60_000).fireTimer()).type())
        .isEqualTo(Failure.START_TO_CLOSE_TIMEOUT);
  }

  @Test
  void attemptWhoseWorkerFallsSilentFailsAndEachSignPutsThatOff() {
    TestWorkflow workflow = started(0, 0, 0, 3_000);
    assertThat(workflow.state().stepDeadlineMs(0)).as("before the first sign").isZero();

    Decision.Accepted first = (Decision.Accepted) workflow.after(100).heartbeat("a", 1, null);
    assertThat(first.events()).containsExactly(new AttemptHeard(0, 1, null, START_MS + 3_100));
    assertThat(first.effects()).containsExactly(new ArmTimer(START_MS + 3_100));
    workflow.after(2_000).heartbeat("a", 1, null);
    assertThat(events(workflow.after(4_999).fireTimer())).isEmpty();

    Failure failure = failure(workflow.after(5_000).fireTimer());
    assertThat(failure.type()).isEqualTo(Failure.HEARTBEAT_TIMEOUT);
    assertThat(failure.retryable()).isTrue();
    assertThat(workflow.heartbeat("a", 1, null)).isInstanceOf(Decision.Refused.class);
    assertThat(workflow.succeed("a", 1)).isInstanceOf(Decision.Refused.class);
  }

  @Test
  void signsThatSayNothingNewAreRecordedAtMostThreeTimesAnInterval() {
    TestWorkflow workflow = started(0, 0, 0, 3_000);
    int recorded = 0;
    for (int ms = 0; ms < 30_000; ms += 10) {
      recorded += events(workflow.after(ms).heartbeat("a", 1, payload("same"))).size();
    }

    assertThat(recorded).isEqualTo(30);
    assertThat(workflow.state().stepDeadlineMs(0)).isGreaterThan(START_MS + 30_000);
  }

  @Test
  void progressIsKeptForTheNextAttempt() {
    TestWorkflow workflow = started(0, 0, 0, 3_000);
    workflow.heartbeat("a", 1, payload("50 of 100"));
    assertThat(events(workflow.heartbeat("a", 1, payload("60 of 100"))))
        .containsExactly(new AttemptHeard(0, 1, payload("60 of 100"), START_MS + 3_000));

    workflow.fail("a", 1, FLAKY);
    assertThat(workflow.progress("a")).isEqualTo(payload("60 of 100"));
    workflow.after(1_000).fireTimer();
    assertThat(workflow.progress("a")).isEqualTo(payload("60 of 100"));
    workflow.heartbeat("a", 2, null);
    assertThat(workflow.progress("a")).isEqualTo(payload("60 of 100"));

    workflow.succeed("a", 2);
    assertThat(workflow.state().riding(0x30000)).isNull();
  }

  @Test
  void largeProgressHasAKeyOfItsOwnUntilASmallOneTakesItsPlace() {
    TestWorkflow workflow = started(0, 0, 0, 3_000);
    workflow.heartbeat("a", 1, payload("x".repeat(10_000)));
    assertThat(workflow.state().isSpilled(0x30000)).isTrue();
    workflow.heartbeat("a", 1, payload("y".repeat(10_000)));
    assertThat(workflow.progress("a")).isEqualTo(payload("y".repeat(10_000)));

    workflow.heartbeat("a", 1, payload("small"));

    assertThat(workflow.state().isSpilled(0x30000)).isFalse();
    workflow.heartbeat("a", 1, payload("x".repeat(10_000)));
    workflow.succeed("a", 1);
    assertThat(workflow.state().isSpilled(0x30000)).isFalse();
  }

  @Test
  void progressOfAStepWithoutHeartbeatTimeoutIsKeptToo() {
    TestWorkflow workflow = started(10_000, 0, 0, 0);

    assertThat(events(workflow.heartbeat("a", 1, payload("half"))))
        .containsExactly(new AttemptHeard(0, 1, payload("half"), START_MS + 10_000));
    assertThat(events(workflow.heartbeat("a", 1, payload("half")))).isEmpty();
    assertThat(events(workflow.heartbeat("a", 1, null))).isEmpty();
    assertThat(workflow.progress("a")).isEqualTo(payload("half"));
  }

  @Test
  void progressOverTheLimitIsRefused() {
    TestWorkflow workflow = started(0, 0, 0, 3_000);

    assertThat(workflow.heartbeat("a", 1, payload("x".repeat(Heartbeats.PROGRESS_BYTES + 1))))
        .isInstanceOfSatisfying(
            Decision.Refused.class,
            refused -> assertThat(refused.reason()).isEqualTo(Refusal.PROGRESS_TOO_LARGE));
    Payload largest = payload("x".repeat(Heartbeats.PROGRESS_BYTES));
    workflow.heartbeat("a", 1, largest);
    assertThat(workflow.progress("a")).isEqualTo(largest);
  }

  @Test
  void stepHasOneTimeForAllItsAttempts() {
    TestWorkflow workflow = started(0, 0, 2_500, 0);
    assertThat(workflow.state().clocks(0)).isEqualTo(new Clocks(0, 0, START_MS + 2_500, 0));
    workflow.after(500).fail("a", 1, FLAKY);
    workflow.after(1_500).fireTimer();
    assertThat(workflow.state().stepDeadlineMs(0)).isEqualTo(START_MS + 2_500);

    assertThat(events(workflow.after(2_500).fireTimer()).getFirst())
        .isInstanceOfSatisfying(
            StepFailed.class,
            failed -> {
              assertThat(failed.attempt()).isEqualTo(2);
              assertThat(failed.failure().type()).isEqualTo(Failure.SCHEDULE_TO_CLOSE_TIMEOUT);
            });
    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.FAILED);
  }

  @Test
  void attemptThatLeavesNoTimeForAnotherIsTheLast() {
    TestWorkflow workflow = started(0, 0, 2_500, 0);

    assertThat(events(workflow.after(1_500).fail("a", 1, FLAKY)).getFirst())
        .isInstanceOfSatisfying(
            StepFailed.class,
            failed -> {
              assertThat(failed.failure().type()).isEqualTo(Failure.SCHEDULE_TO_CLOSE_TIMEOUT);
              assertThat(failed.failure().message()).contains("flaky: connection reset");
            });
  }

  @Test
  void stepThatWasHeldUntilItsTimeWasOverFailsWhenItMayGoOn() {
    TestWorkflow workflow = started(0, 0, 2_500, 0);
    workflow.fail("a", 1, FLAKY);
    workflow.control(new Control.Pause());
    workflow.after(1_000).fireTimer();

    List<Event> events = events(workflow.after(3_000).control(new Control.Resume()));

    assertThat(events.get(1))
        .isInstanceOfSatisfying(
            StepFailed.class,
            failed ->
                assertThat(failed.failure().type()).isEqualTo(Failure.SCHEDULE_TO_CLOSE_TIMEOUT));
  }

  @Test
  void commandSaysWhenTheAttemptIsGivenUpHoweverOftenItsWorkerReports() {
    TestWorkflow workflow =
        new TestWorkflow(
            Definitions.of(
                TestStep.of("a")
                    .timeouts(
                        new Timeouts(
                            Duration.ofSeconds(60),
                            Duration.ofSeconds(5),
                            Duration.ofSeconds(50),
                            Duration.ofSeconds(3)))
                    .build()));

    assertThat(((Decision.Accepted) workflow.start()).effects())
        .containsExactly(new DispatchStep(0, 1, START_MS + 50_000), new ArmTimer(START_MS + 5_000));
  }

  @Test
  void reportOfAnAttemptThatIsNotOpenIsRefusedAsExpected() {
    TestWorkflow workflow = started(0, 0, 0, 3_000);

    for (Decision decision :
        List.of(
            workflow.heartbeat("a", 2, null),
            workflow.heartbeat("z", 1, null),
            workflow.heartbeat("x", 1, null))) {
      assertThat(decision).isInstanceOf(Decision.Refused.class);
    }
  }

  @Test
  void noWorkerCanReportThatItRunsAWorkflowThatAStepHasStarted() {
    StepAction child = new StepAction.StartChild("ship", 0, null, null, false, true);
    TestWorkflow workflow = TestWorkflow.started(Definitions.of(TestStep.of("a").does(child)));

    assertThat(workflow.heartbeat("a", 1, payload("half")))
        .isInstanceOfSatisfying(
            Decision.Refused.class,
            refused -> assertThat(refused.reason()).isEqualTo(Refusal.ATTEMPT_NOT_OPEN));
  }

  @Test
  void resolvedAndRerunStepsLeaveNoClocksBehind() {
    TestWorkflow workflow = started(0, 5_000, 50_000, 3_000);
    workflow.heartbeat("a", 1, payload("x".repeat(1_000)));
    workflow.control(new Control.ResolveStep("a", null));
    assertThat(workflow.state().clocks(0)).isEqualTo(Clocks.NONE);

    workflow.after(10_000).control(new Control.Rerun("a"));
    assertThat(workflow.state().clocks(0).overallByMs()).isEqualTo(START_MS + 60_000);
  }

  private static TestWorkflow started(
      long startToCloseMs, long scheduleToStartMs, long scheduleToCloseMs, long heartbeatMs) {
    return TestWorkflow.started(
        Definitions.of(
            TestStep.of("a")
                .timeouts(
                    new Timeouts(
                        Duration.ofMillis(startToCloseMs),
                        Duration.ofMillis(scheduleToStartMs),
                        Duration.ofMillis(scheduleToCloseMs),
                        Duration.ofMillis(heartbeatMs)))
                .retry(FIVE)
                .build(),
            step("z", "a")));
  }

  private static Failure failure(Decision decision) {
    assertThat(events(decision)).first().isInstanceOf(AttemptFailed.class);
    return ((AttemptFailed) events(decision).getFirst()).failure();
  }
}
