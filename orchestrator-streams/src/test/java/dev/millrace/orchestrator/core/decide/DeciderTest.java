package dev.millrace.orchestrator.core.decide;

import static dev.millrace.orchestrator.core.Definitions.guarded;
import static dev.millrace.orchestrator.core.Definitions.step;
import static dev.millrace.orchestrator.core.TestWorkflow.START_MS;
import static dev.millrace.orchestrator.core.decide.Decisions.effects;
import static dev.millrace.orchestrator.core.decide.Decisions.events;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.effect.ArmTimer;
import dev.millrace.orchestrator.core.effect.DispatchStep;
import dev.millrace.orchestrator.core.event.AttemptFailed;
import dev.millrace.orchestrator.core.event.ControlRefused;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.event.WorkflowStarted;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.schemas.Limits;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeciderTest {
  private static final Failure FLAKY = new Failure("flaky", "connection reset", true);

  private static final CompiledDefinition DIAMOND =
      Definitions.of(step("a"), step("b", "a"), step("c", "a"), step("d", "b", "c"));
  private static final CompiledDefinition GUARDED =
      Definitions.of(guarded("a", Duration.ofSeconds(10)));

  @Test
  void startDispatchesEveryStepThatDependsOnNothing() {
    CompiledDefinition definition = Definitions.of(step("a"), step("b"), step("c", "a", "b"));

    Decision decision = new TestWorkflow(definition).start();

    assertThat(decision)
        .isEqualTo(
            new Decision.Accepted(
                List.of(
                    new WorkflowStarted("order", 7, null, "acme", 5, 0, null),
                    new StepDispatched(0, 1, 0),
                    new StepDispatched(1, 1, 0)),
                List.of(new DispatchStep(0, 1, 0), new DispatchStep(1, 1, 0))));
  }

  @Test
  void secondStartIsRefusedWhetherTheWorkflowRunsOrHasEnded() {
    TestWorkflow workflow = TestWorkflow.started(DIAMOND);

    assertThat(reason(workflow.start())).isEqualTo(Refusal.ALREADY_STARTED);
    workflow.cancel("enough");
    assertThat(reason(workflow.start())).isEqualTo(Refusal.ALREADY_STARTED);
  }

  @Test
  void workflowDeadlineIsTheEarlierOfTimeoutAndRequestedDeadline() {
    CompiledDefinition definition = Definitions.within(Duration.ofSeconds(60), step("a"));

    TestWorkflow timeoutFirst = new TestWorkflow(definition);
    assertThat(effects(timeoutFirst.start(START_MS + 90_000)))
        .startsWith(new ArmTimer(START_MS + 60_000));
    TestWorkflow deadlineFirst = new TestWorkflow(definition);
    assertThat(effects(deadlineFirst.start(START_MS + 30_000)))
        .startsWith(new ArmTimer(START_MS + 30_000));
    TestWorkflow deadlineOnly = new TestWorkflow(Definitions.of(step("a")));
    assertThat(effects(deadlineOnly.start(START_MS + 30_000)))
        .startsWith(new ArmTimer(START_MS + 30_000));
  }

  @Test
  void completionDispatchesTheStepsThatWaitedForIt() {
    TestWorkflow workflow = TestWorkflow.started(DIAMOND);
    Payload output = new Payload("", new byte[] {1, 2});

    Decision decision = workflow.succeed("a", 1, output);

    assertThat(decision)
        .isEqualTo(
            new Decision.Accepted(
                List.of(
                    new StepSucceeded(0, 1, output),
                    new StepDispatched(1, 1, 0),
                    new StepDispatched(2, 1, 0)),
                List.of(new DispatchStep(1, 1, 0), new DispatchStep(2, 1, 0))));
  }

  @Test
  void joinWaitsUntilEveryParentCompleted() {
    TestWorkflow workflow = TestWorkflow.started(DIAMOND);
    workflow.succeed("a", 1);

    assertThat(events(workflow.succeed("c", 1))).containsExactly(new StepSucceeded(2, 1, null));
    assertThat(effects(workflow.succeed("b", 1))).containsExactly(new DispatchStep(3, 1, 0));
  }

  @Test
  void workflowSucceedsWithItsLastStep() {
    TestWorkflow workflow = TestWorkflow.started(DIAMOND);
    workflow.succeed("a", 1);
    workflow.succeed("b", 1);
    workflow.succeed("c", 1);

    assertThat(events(workflow.succeed("d", 1)))
        .containsExactly(
            new StepSucceeded(3, 1, null), new WorkflowEnded(WorkflowStatus.SUCCEEDED, null));
  }

  @Test
  void duplicateLateAndPrematureReportsAreRefused() {
    TestWorkflow workflow = TestWorkflow.started(Definitions.of(guarded("a", Duration.ZERO)));

    assertThat(reason(workflow.succeed("a", 2))).isEqualTo(Refusal.ATTEMPT_NOT_OPEN);
    workflow.fail("a", 1, FLAKY);
    assertThat(reason(workflow.succeed("a", 1))).isEqualTo(Refusal.ATTEMPT_NOT_OPEN);
    workflow.after(1_000).fireTimer();
    assertThat(reason(workflow.succeed("a", 1))).isEqualTo(Refusal.ATTEMPT_NOT_OPEN);
    workflow.succeed("a", 2);
    assertThat(reason(workflow.succeed("a", 2))).isEqualTo(Refusal.WORKFLOW_ENDED);
  }

  @Test
  void reportOnAStepThatStillWaitsIsRefused() {
    TestWorkflow workflow = TestWorkflow.started(DIAMOND);

    assertThat(reason(workflow.succeed("d", 1))).isEqualTo(Refusal.ATTEMPT_NOT_OPEN);
    assertThat(reason(workflow.succeed("d", 0))).isEqualTo(Refusal.ATTEMPT_NOT_OPEN);
  }

  @Test
  void reportOnAnUnknownStepNamesTheDefinition() {
    Decision decision = TestWorkflow.started(DIAMOND).succeed("x", 1);

    assertThat(decision)
        .isEqualTo(
            new Decision.Refused(
                Refusal.UNKNOWN_STEP,
                "definition order/7 has no step 'x'; copy step from the command"));
  }

  @Test
  void nothingIsKnownOfAWorkflowThatWasNeverStarted() {
    TestWorkflow workflow = new TestWorkflow(DIAMOND);

    assertThat(reason(workflow.succeed("a", 1))).isEqualTo(Refusal.UNKNOWN_WORKFLOW);
    assertThat(reason(workflow.cancel("enough"))).isEqualTo(Refusal.UNKNOWN_WORKFLOW);
    assertThat(reason(workflow.fireTimer())).isEqualTo(Refusal.UNKNOWN_WORKFLOW);
    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.ABSENT);
  }

  @Test
  void failedAttemptIsTriedAgainAfterItsBackOff() {
    TestWorkflow workflow = TestWorkflow.started(GUARDED);

    assertThat(workflow.after(100).fail("a", 1, FLAKY))
        .isEqualTo(
            new Decision.Accepted(
                List.of(new AttemptFailed(0, 1, FLAKY, START_MS + 1_100)),
                List.of(new ArmTimer(START_MS + 1_100))));
    assertThat(workflow.after(1_100).fireTimer())
        .isEqualTo(
            new Decision.Accepted(
                List.of(new StepDispatched(0, 2, START_MS + 11_100)),
                List.of(
                    new DispatchStep(0, 2, START_MS + 11_100), new ArmTimer(START_MS + 11_100))));
  }

  @Test
  void nextAttemptWaitsAsLongAsTheWorkerAsksForUnlessItsBackOffIsLonger() {
    TestWorkflow asked = TestWorkflow.started(GUARDED);
    assertThat(events(asked.after(100).failUntil(60_000, "a", 1, FLAKY)))
        .containsExactly(new AttemptFailed(0, 1, FLAKY, START_MS + 60_100));
    assertThat(events(asked.after(60_099).fireTimer())).isEmpty();
    assertThat(events(asked.after(60_100).fireTimer()))
        .containsExactly(new StepDispatched(0, 2, START_MS + 70_100));

    assertThat(events(TestWorkflow.started(GUARDED).after(100).failUntil(999, "a", 1, FLAKY)))
        .containsExactly(new AttemptFailed(0, 1, FLAKY, START_MS + 1_100));
  }

  @Test
  void timerThatFiresEarlyChangesNothing() {
    TestWorkflow workflow = TestWorkflow.started(GUARDED);
    workflow.fail("a", 1, FLAKY);

    assertThat(workflow.after(999).fireTimer())
        .isEqualTo(new Decision.Accepted(List.of(), List.of()));
    assertThat(workflow.state().earliestDeadlineMs()).isEqualTo(START_MS + 1_000);
  }

  @Test
  void lastAttemptThatFailsFailsTheWorkflow() {
    TestWorkflow workflow = TestWorkflow.started(GUARDED);
    workflow.fail("a", 1, FLAKY);
    workflow.after(1_000).fireTimer();
    workflow.fail("a", 2, FLAKY);
    workflow.after(3_000).fireTimer();

    assertThat(events(workflow.fail("a", 3, FLAKY)))
        .containsExactly(
            new StepFailed(0, 3, FLAKY),
            new WorkflowEnded(
                WorkflowStatus.FAILED,
                new Failure("flaky", "step 'a', attempt 3: connection reset", true)));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1, 100})
  void messageOfAFailedWorkflowIsCutAtTheLimitThoughItNamesTheStep(int over) {
    String prefix = "step 'only', attempt 1: ";
    String message = "x".repeat(Failure.MESSAGE_CHARS - prefix.length() + over);
    TestWorkflow workflow = TestWorkflow.started(Definitions.of(step("only")));
    workflow.fail("only", 1, new Failure("Broken", message, false));

    assertThat(Objects.requireNonNull(workflow.state().failure()).message())
        .startsWith(prefix + "xx")
        .hasSize(Failure.MESSAGE_CHARS + Math.min(over, 0));
  }

  @Test
  void cutMessageEndsWithAWholeCharacter() {
    assertThat(Failure.cut("ab\uD83C\uDF0B", 4)).isEqualTo("ab\uD83C\uDF0B");
    assertThat(Failure.cut("ab\uD83C\uDF0B", 3)).isEqualTo("ab");
    assertThat(Failure.cut("ab\uD83C\uDF0B", 2)).isEqualTo("ab");
    assertThat(Failure.MESSAGE_CHARS).isEqualTo(Limits.MESSAGE_CHARS);
  }

  @Test
  void failuresThatAnotherAttemptCannotHelpAreNotTriedAgain() {
    Failure typeOnTheList = new Failure("fatal", "no", true);
    Failure notRetryable = new Failure("flaky", "no", false);

    for (Failure failure : List.of(typeOnTheList, notRetryable)) {
      assertThat(events(TestWorkflow.started(GUARDED).fail("a", 1, failure)))
          .startsWith(new StepFailed(0, 1, failure));
    }
  }

  @Test
  void stepWithoutOwnPolicyHasTheOneOfTheDefinition() {
    assertThat(events(TestWorkflow.started(DIAMOND).fail("a", 1, FLAKY)))
        .startsWith(new StepFailed(0, 1, FLAKY));
  }

  @Test
  void attemptTimesOutAtItsDeadlineAndNotBefore() {
    TestWorkflow workflow = TestWorkflow.started(GUARDED);

    assertThat(events(workflow.after(9_999).fireTimer())).isEmpty();
    assertThat(events(workflow.after(10_000).fireTimer()))
        .containsExactly(
            new AttemptFailed(
                0,
                1,
                new Failure(
                    Failure.START_TO_CLOSE_TIMEOUT,
                    "no completion within the timeout of 10000 ms",
                    true),
                START_MS + 11_000));
  }

  @Test
  void oneTimerServesAllDeadlinesThatAreDueAndLeavesTheOthers() {
    CompiledDefinition definition =
        Definitions.of(
            guarded("a", Duration.ofSeconds(1)),
            guarded("b", Duration.ofSeconds(2)),
            guarded("c", Duration.ofSeconds(3)),
            step("d"));
    TestWorkflow workflow = TestWorkflow.started(definition);

    workflow.after(2_500).fireTimer();

    assertThat(workflow.state().stepStatus(0)).isEqualTo(StepStatus.BACKING_OFF);
    assertThat(workflow.state().stepStatus(1)).isEqualTo(StepStatus.BACKING_OFF);
    assertThat(workflow.state().stepStatus(2)).isEqualTo(StepStatus.OPEN);
    assertThat(workflow.state().stepStatus(3)).isEqualTo(StepStatus.OPEN);
    assertThat(workflow.state().earliestDeadlineMs()).isEqualTo(START_MS + 3_000);
  }

  @Test
  void timerStopsAtTheStepWhoseFailureEndsTheWorkflow() {
    CompiledDefinition definition =
        Definitions.of(
            StepDefinition.work("a", "type", "queue", List.of(), Duration.ofSeconds(1), null),
            guarded("b", Duration.ofSeconds(1)));
    TestWorkflow workflow = TestWorkflow.started(definition);

    assertThat(events(workflow.after(1_000).fireTimer()))
        .hasSize(2)
        .last()
        .isInstanceOf(WorkflowEnded.class);
  }

  @Test
  void workflowTimesOutBeforeAnyOfItsStepsDoes() {
    CompiledDefinition definition =
        Definitions.within(Duration.ofSeconds(5), guarded("a", Duration.ofSeconds(5)));
    TestWorkflow workflow = TestWorkflow.started(definition);

    assertThat(events(workflow.after(5_000).fireTimer()))
        .containsExactly(
            new WorkflowEnded(
                WorkflowStatus.TIMED_OUT,
                new Failure(Failure.WORKFLOW_TIMEOUT, "the workflow did not end in time", false)));
    assertThat(reason(workflow.fireTimer())).isEqualTo(Refusal.WORKFLOW_ENDED);
  }

  @Test
  void cancelEndsTheWorkflowAndTellsWhy() {
    TestWorkflow workflow = TestWorkflow.started(DIAMOND);

    assertThat(events(workflow.cancel("customer called")))
        .containsExactly(
            new WorkflowEnded(
                WorkflowStatus.CANCELLED,
                new Failure(Failure.CANCELLED, "customer called", false)));
    assertThat(reason(workflow.succeed("a", 1))).isEqualTo(Refusal.WORKFLOW_ENDED);
  }

  @Test
  void controlAfterTheEndIsRefusedAndCountsAsAnEventThoughTheDefinitionIsForgotten() {
    TestWorkflow workflow = TestWorkflow.started(DIAMOND);
    assertThatThrownBy(() -> Decider.refuseAfterEnd(workflow.state()))
        .isInstanceOf(IllegalArgumentException.class);
    workflow.cancel("enough");
    long next = workflow.state().nextSequence();

    assertThat(Decider.refuseAfterEnd(workflow.state()))
        .isEqualTo(
            new ControlRefused(
                "workflow-ended", "the workflow has ended: CANCELLED; start another one"));
    assertThat(workflow.state().nextSequence()).isEqualTo(next + 1);
  }

  @Test
  void outputOverTheLimitFailsTheStepForGood() {
    TestWorkflow workflow = TestWorkflow.started(Definitions.of(guarded("a", Duration.ZERO)));

    List<Event> events = events(workflow.succeed("a", 1, new Payload("", new byte[1_048_577])));

    assertThat(events.getFirst()).isInstanceOf(StepFailed.class);
    assertThat(((StepFailed) events.getFirst()).failure())
        .isEqualTo(
            new Failure(
                Failure.OUTPUT_TOO_LARGE,
                "output of 1048577 bytes, at most 1048576 are allowed;"
                    + " store it elsewhere and return a reference",
                false));
  }

  @Test
  void outputAtTheLimitIsTaken() {
    Payload output = new Payload("", new byte[1_048_576]);

    assertThat(events(TestWorkflow.started(DIAMOND).succeed("a", 1, output)))
        .startsWith(new StepSucceeded(0, 1, output));
  }

  @Test
  void onlyNormalConsequencesOfRedeliveryAreExpected() {
    assertThat(Refusal.ALREADY_STARTED.isExpected()).isTrue();
    assertThat(Refusal.WORKFLOW_ENDED.isExpected()).isTrue();
    assertThat(Refusal.ATTEMPT_NOT_OPEN.isExpected()).isTrue();
    assertThat(Refusal.UNKNOWN_STEP.isExpected()).isFalse();
    assertThat(Refusal.UNKNOWN_WORKFLOW.isExpected()).isFalse();
    assertThat(Refusal.UNKNOWN_WORKFLOW.code()).isEqualTo("unknown-workflow");
  }

  private static Refusal reason(Decision decision) {
    return ((Decision.Refused) decision).reason();
  }
}
