package dev.millrace.orchestrator.core.decide;

import static dev.millrace.orchestrator.core.Definitions.guarded;
import static dev.millrace.orchestrator.core.Definitions.step;
import static dev.millrace.orchestrator.core.TestWorkflow.START_MS;
import static dev.millrace.orchestrator.core.decide.Decisions.code;
import static dev.millrace.orchestrator.core.decide.Decisions.effects;
import static dev.millrace.orchestrator.core.decide.Decisions.events;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.JoinRule;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.effect.DispatchStep;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.PriorityChanged;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepHeld;
import dev.millrace.orchestrator.core.event.StepSkipped;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.StepsReset;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.event.WorkflowEnding;
import dev.millrace.orchestrator.core.event.WorkflowPaused;
import dev.millrace.orchestrator.core.event.WorkflowResumed;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Outcome;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.expression.CelExpressions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators may ask of a workflow. Every decision is folded and checked on the way. */
class OperatorsTest {
  private static final Failure BROKEN = new Failure("broken", "for good", false);
  private static final CompiledDefinition CHAIN =
      Definitions.of(step("a"), step("b", "a"), step("c", "b"));

  @Test
  void terminateEndsAtOnceEvenWhileTheWorkflowCleansUp() {
    TestWorkflow workflow = TestWorkflow.started(withFinally(step("a")));
    workflow.cancel("enough");
    assertThat(workflow.state().outcome()).isNotNull();

    assertThat(events(workflow.control(new Control.Terminate("now"))))
        .containsExactly(
            new WorkflowEnded(
                WorkflowStatus.TERMINATED, new Failure(Failure.TERMINATED, "now", false)));
  }

  @Test
  void secondCancelIsRefusedWhileTheFirstCleansUp() {
    TestWorkflow workflow = TestWorkflow.started(withFinally(step("a")));
    Outcome cancelled =
        new Outcome(WorkflowStatus.CANCELLED, new Failure(Failure.CANCELLED, "first", false));

    assertThat(events(workflow.cancel("first"))).contains(new WorkflowEnding(cancelled, null));
    assertThat(code(workflow.cancel("second"))).isEqualTo("already-ending");
    assertThat(events(workflow.succeed("f", 1))).contains(new WorkflowEnded(cancelled, null));
    assertThat(code(workflow.cancel("third"))).isEqualTo("workflow-ended");
  }

  @Test
  void rerunStepThatFollowsOneThatStillWaitedIsSkippedAgainForTheSameReason() {
    TestWorkflow workflow =
        TestWorkflow.started(
            Definitions.of(
                step("s"), step("p"), step("q"), step("x", "s", "p"), step("y", "x", "q")));
    workflow.succeed("s", 1);
    workflow.control(new Control.SkipStep("q"));

    assertThat(events(workflow.control(new Control.Rerun("s"))))
        .containsExactly(
            new StepsReset(List.of(0, 4)),
            new StepDispatched(0, 2, 0),
            new StepSkipped(4, StepSkipped.Reason.DEPENDENCIES));
  }

  @Test
  void pausedWorkflowStartsNothingUntilItIsResumed() {
    TestWorkflow workflow = TestWorkflow.started(CHAIN);
    assertThat(events(workflow.control(new Control.Pause()))).containsExactly(new WorkflowPaused());

    assertThat(events(workflow.succeed("a", 1)))
        .containsExactly(new StepSucceeded(0, 1, null), new StepHeld(1, StepHeld.Reason.PAUSED, 0));
    assertThat(workflow.state().stepStatus(1)).isEqualTo(StepStatus.READY);
    assertThat(code(workflow.control(new Control.Pause()))).isEqualTo("already-paused");

    assertThat(events(workflow.control(new Control.Resume())))
        .containsExactly(new WorkflowResumed(), new StepDispatched(1, 1, 0));
    assertThat(code(workflow.control(new Control.Resume()))).isEqualTo("not-paused");
  }

  @Test
  void stepThatNeedsNoWorkerGoesOnAfterAPauseThoughAsManyAreOpenAsMayBe() {
    CompiledDefinition definition =
        CompiledDefinition.compile(
            new WorkflowDefinition(
                "narrow",
                1,
                Duration.ZERO,
                RetryPolicy.NONE,
                1,
                null,
                List.of(
                    step("a"),
                    step("b"),
                    step("c", "a"),
                    TestStep.of("set", "a").does(new StepAction.SetValue("1")).build()),
                List.of()),
            new CelExpressions());
    TestWorkflow workflow = TestWorkflow.started(definition);
    workflow.control(new Control.Pause());
    workflow.succeed("a", 1);

    List<Event> events = events(workflow.control(new Control.Resume()));

    assertThat(events)
        .containsExactly(
            new WorkflowResumed(),
            new StepSucceeded(3, 1, Decisions.payload("1")),
            new StepDispatched(1, 1, 0));
    workflow.control(new Control.Rerun("set"));
    workflow.control(new Control.Pause());
    workflow.control(new Control.Rerun("set"));
    assertThat(events(workflow.control(new Control.Resume())))
        .as("as b is open")
        .containsExactly(new WorkflowResumed(), new StepSucceeded(3, 3, Decisions.payload("1")));
  }

  @Test
  void retryThatFallsDueInAPauseIsHeldAndSentWhenItIsOver() {
    TestWorkflow workflow = TestWorkflow.started(Definitions.of(guarded("a", Duration.ZERO)));
    workflow.fail("a", 1, new Failure("flaky", "again", true));
    workflow.control(new Control.Pause());

    assertThat(events(workflow.after(2_000).fireTimer()))
        .containsExactly(new StepHeld(0, StepHeld.Reason.PAUSED, 0));
    assertThat(events(workflow.fireTimer())).isEmpty();
    assertThat(events(workflow.control(new Control.Resume())))
        .contains(new StepDispatched(0, 2, 0));
  }

  @Test
  void pausedWorkflowStillTimesOut() {
    TestWorkflow workflow =
        TestWorkflow.started(Definitions.within(Duration.ofSeconds(1), step("a")));
    workflow.control(new Control.Pause());

    workflow.after(1_000).fireTimer();

    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.TIMED_OUT);
  }

  @Test
  void failedStepThatTheWorkflowWentOnWithoutIsTriedAgain() {
    TestWorkflow workflow =
        TestWorkflow.started(
            Definitions.of(
                TestStep.of("a").onFailure(new FailureRule.Reaction.GoOn()).build(),
                step("slow"),
                step("join", "a", "slow")));
    workflow.fail("a", 1, BROKEN);

    assertThat(events(workflow.control(new Control.RetryStep("a"))))
        .containsExactly(new StepsReset(List.of(0)), new StepDispatched(0, 2, 0));
    assertThat(workflow.state().join(2)).isEqualTo(2);
    assertThat(events(workflow.succeed("slow", 1))).hasSize(1);
    assertThat(events(workflow.succeed("a", 2))).contains(new StepDispatched(2, 1, 0));
  }

  @Test
  void stepThatFailuresAreRoutedToKeepsItsPlaceWhenTheFailedOneIsTriedAgain() {
    TestWorkflow workflow =
        TestWorkflow.started(
            Definitions.of(
                TestStep.of("a").onFailure(new FailureRule.Reaction.Route("rescue")).build(),
                step("rescue"),
                step("usual", "a")));
    workflow.fail("a", 1, BROKEN);
    assertThat(workflow.state().stepStatus(1)).isEqualTo(StepStatus.OPEN);
    assertThat(workflow.state().stepStatus(2)).isEqualTo(StepStatus.SKIPPED);

    workflow.control(new Control.RetryStep("a"));
    workflow.succeed("a", 2);

    assertThat(workflow.state().stepStatus(1)).isEqualTo(StepStatus.OPEN);
    assertThat(workflow.state().stepStatus(2)).isEqualTo(StepStatus.SKIPPED);
    workflow.succeed("rescue", 1);
    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.SUCCEEDED);
  }

  @Test
  void onlyAFailedStepIsTriedAgain() {
    TestWorkflow workflow = TestWorkflow.started(CHAIN);

    assertThat(code(workflow.control(new Control.RetryStep("a")))).isEqualTo("step-not-failed");
    assertThat(code(workflow.control(new Control.RetryStep("x")))).isEqualTo("unknown-step");
  }

  @Test
  void openStepThatIsResolvedHasSucceededAndItsWorkerIsNotHeard() {
    TestWorkflow workflow = TestWorkflow.started(CHAIN);
    Payload output = new Payload("", new byte[] {1});

    assertThat(events(workflow.control(new Control.ResolveStep("a", output))))
        .containsExactly(
            new StepSucceeded(0, 1, output, List.of(), StepSucceeded.Source.BY_HAND),
            new StepDispatched(1, 1, 0));
    assertThat(workflow.succeed("a", 1)).isInstanceOf(Decision.Refused.class);
    assertThat(code(workflow.control(new Control.ResolveStep("a", null)))).isEqualTo("step-done");
  }

  @Test
  void waitingAndBackingOffStepsAreResolvedToo() {
    TestWorkflow workflow =
        TestWorkflow.started(Definitions.of(guarded("a", Duration.ZERO), step("b", "a")));
    workflow.control(new Control.ResolveStep("b", null));
    workflow.fail("a", 1, new Failure("flaky", "again", true));

    workflow.control(new Control.ResolveStep("a", null));

    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.SUCCEEDED);
  }

  @Test
  void outputGivenByHandIsLimitedLikeAnyOther() {
    TestWorkflow workflow = TestWorkflow.started(CHAIN);
    Payload tooLarge = new Payload("", new byte[Steps.OUTPUT_BYTES + 1]);

    assertThat(code(workflow.control(new Control.ResolveStep("a", tooLarge))))
        .isEqualTo("output-too-large");
  }

  @Test
  void skippedStepTakesItsDependentsWithItAsTheirJoinsSay() {
    TestWorkflow workflow =
        TestWorkflow.started(
            Definitions.of(
                step("a"),
                step("b"),
                step("all", "a", "b"),
                TestStep.of("any", "a", "b").join(JoinRule.ANY).build()));

    assertThat(events(workflow.control(new Control.SkipStep("a"))))
        .containsExactly(
            new StepSkipped(0, StepSkipped.Reason.BY_HAND),
            new StepSkipped(2, StepSkipped.Reason.DEPENDENCIES));
    assertThat(events(workflow.succeed("b", 1))).contains(new StepDispatched(3, 1, 0));
    assertThat(code(workflow.control(new Control.SkipStep("a")))).isEqualTo("step-done");
  }

  @Test
  void finallyStepsAndCompensationsAreNotResolvedBeforeTheirTurn() {
    TestWorkflow workflow =
        TestWorkflow.started(withFinally(TestStep.of("a").compensated().build(), step("b")));
    workflow.succeed("a", 1);
    for (String early : List.of("f", "compensate:a")) {
      assertThat(code(workflow.control(new Control.ResolveStep(early, null))))
          .isEqualTo("step-not-begun");
      assertThat(code(workflow.control(new Control.SkipStep(early)))).isEqualTo("step-not-begun");
    }

    workflow.fail("b", 1, BROKEN);
    assertThat(events(workflow.control(new Control.SkipStep("compensate:a"))))
        .contains(new StepDispatched(2, 1, 0));
    workflow.control(new Control.ResolveStep("f", null));
    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.FAILED);
  }

  @Test
  void commandsAfterAChangeOfPriorityFollowIt() {
    TestWorkflow workflow = TestWorkflow.started(CHAIN);

    assertThat(events(workflow.control(new Control.SetPriority(9))))
        .containsExactly(new PriorityChanged(9));
    assertThat(workflow.state().priority()).isEqualTo(9);
  }

  @Test
  void controlWithAnIdThatWasAppliedBeforeChangesNothing() {
    TestWorkflow workflow = TestWorkflow.started(CHAIN);
    workflow.control("one", new Control.Pause());
    workflow.control("two", new Control.Resume());

    assertThat(code(workflow.control("one", new Control.Pause()))).isEqualTo("duplicate-control");
    assertThat(workflow.state().isPaused()).isFalse();
  }

  @Test
  void idOfAControlThatWasRefusedMayBeUsedAgain() {
    TestWorkflow workflow = TestWorkflow.started(CHAIN);
    assertThat(code(workflow.control("id", new Control.Resume()))).isEqualTo("not-paused");
    workflow.control(new Control.Pause());

    assertThat(events(workflow.control("id", new Control.Resume())))
        .containsExactly(new WorkflowResumed());
  }

  @Test
  void lastHundredIdsAreRemembered() {
    TestWorkflow workflow = TestWorkflow.started(CHAIN);
    for (int i = 0; i <= 100; i++) {
      workflow.control("id-" + i, new Control.SetPriority(i % 10));
    }

    assertThat(workflow.state().hasApplied("id-0")).isFalse();
    assertThat(workflow.state().hasApplied("id-1")).isTrue();
    assertThat(workflow.state().hasApplied("id-100")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void stepsAreNotStartedAgainOnceTheWorkflowIsEnding(boolean rerun) {
    TestWorkflow workflow = TestWorkflow.started(withFinally(step("a"), step("b")));
    workflow.succeed("a", 1);
    workflow.cancel("enough");

    assertThat(code(workflow.control(rerun ? new Control.Rerun("a") : new Control.RetryStep("a"))))
        .isEqualTo("already-ending");
  }

  @Test
  void controlOfAWorkflowThatWasNeverStartedIsRefusedWithoutAnEvent() {
    assertThat(new TestWorkflow(CHAIN).control(new Control.Pause()))
        .isInstanceOf(Decision.Refused.class);
  }

  @Test
  void pausedCompensationRunsAfterTheResume() {
    TestWorkflow workflow =
        TestWorkflow.started(Definitions.of(TestStep.of("a").compensated().build(), step("b")));
    workflow.succeed("a", 1);
    workflow.control(new Control.Pause());
    workflow.fail("b", 1, BROKEN);
    assertThat(workflow.state().stepStatus(2)).isEqualTo(StepStatus.READY);

    assertThat(effects(workflow.control(new Control.Resume())))
        .containsExactly(new DispatchStep(2, 1, 0, true, null));
    assertThat(workflow.after(START_MS).state().status()).isEqualTo(WorkflowStatus.RUNNING);
  }

  private static CompiledDefinition withFinally(StepDefinition... steps) {
    return CompiledDefinition.compile(
        new WorkflowDefinition(
            "order",
            7,
            Duration.ZERO,
            RetryPolicy.NONE,
            0,
            null,
            List.of(steps),
            List.of(step("f"))));
  }
}
