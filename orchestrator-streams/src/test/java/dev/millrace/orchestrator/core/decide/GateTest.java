package dev.millrace.orchestrator.core.decide;

import static dev.millrace.orchestrator.core.Definitions.guarded;
import static dev.millrace.orchestrator.core.Definitions.step;
import static dev.millrace.orchestrator.core.TestWorkflow.START_MS;
import static dev.millrace.orchestrator.core.decide.Decisions.effects;
import static dev.millrace.orchestrator.core.decide.Decisions.events;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.Timeouts;
import dev.millrace.orchestrator.core.effect.DispatchStep;
import dev.millrace.orchestrator.core.effect.HoldStep;
import dev.millrace.orchestrator.core.event.AttemptFailed;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepHeld;
import dev.millrace.orchestrator.core.event.StepSkipped;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.WorkflowResumed;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Steps that wait for their queues. Every decision is folded and checked on the way. */
class GateTest {
  private static final Failure FLAKY = new Failure("flaky", "again", true);
  private static final CompiledDefinition THREE = Definitions.of(step("a"), step("b"), step("c"));

  /** A workflow that is not started, with a window. */
  private static TestWorkflow behind(int window, CompiledDefinition definition) {
    TestWorkflow workflow = new TestWorkflow(definition);
    workflow.gate().setWindow(window);
    return workflow;
  }

  private static StepHeld held(int step) {
    return new StepHeld(step, StepHeld.Reason.QUEUE, 0);
  }

  @Test
  void stepsBeyondTheWindowWaitForTheirQueueAndGoOnWhenItIsTheirTurn() {
    TestWorkflow workflow = behind(1, THREE);
    Decision started = workflow.start();

    assertThat(events(started)).contains(new StepDispatched(0, 1, 0), held(1), held(2));
    assertThat(effects(started))
        .containsExactly(new DispatchStep(0, 1, 0), new HoldStep(1), new HoldStep(2));
    assertThat(workflow.state().stepStatus(1)).isEqualTo(StepStatus.READY);
    assertThat(workflow.state().gatedSinceMs(1)).isEqualTo(START_MS);
    assertThat(workflow.state().stepDeadlineMs(1)).isZero();

    assertThat(events(workflow.succeed("a", 1))).containsExactly(new StepSucceeded(0, 1, null));
    Decision released = workflow.release("b");
    assertThat(events(released)).containsExactly(new StepDispatched(1, 1, 0));
    assertThat(effects(released)).containsExactly(new DispatchStep(1, 1, 0));
    assertThat(workflow.state().gatedSteps()).isEqualTo(1);
  }

  @Test
  void turnOfAStepThatDoesNotWaitChangesNothing() {
    TestWorkflow workflow = behind(1, THREE);
    workflow.start();

    assertThat(events(workflow.release("a"))).isEmpty();
    workflow.release("b");
    assertThat(events(workflow.release("b"))).isEmpty();
  }

  @Test
  void timeoutsBeginWhenTheStepIsSentAndNotWhileItWaits() {
    TestWorkflow workflow = behind(0, Definitions.of(guarded("a", Duration.ofSeconds(10))));
    workflow.start();
    assertThat(workflow.state().earliestDeadlineMs()).isZero();

    assertThat(events(workflow.after(60_000).release("a")))
        .containsExactly(new StepDispatched(0, 1, START_MS + 70_000));
  }

  @Test
  void stepWhoseTimeInAllIsOverWhileItWaitsFailsWhenItIsItsTurn() {
    Timeouts oneMinute =
        new Timeouts(Duration.ZERO, Duration.ZERO, Duration.ofMinutes(1), Duration.ZERO);
    TestWorkflow workflow =
        behind(
            1,
            Definitions.of(TestStep.of("a").timeouts(oneMinute).retry(Definitions.THREE_ATTEMPTS)));
    workflow.start();
    workflow.fail("a", 1, FLAKY);
    workflow.gate().setWindow(0);
    assertThat(events(workflow.after(1_000).fireTimer())).containsExactly(held(0));

    workflow.after(60_000).release("a");

    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.FAILED);
    assertThat(workflow.state().failure())
        .extracting(Failure::type)
        .isEqualTo(Failure.SCHEDULE_TO_CLOSE_TIMEOUT);
  }

  @Test
  void retryWaitsForTheQueueToo() {
    TestWorkflow workflow = behind(1, Definitions.of(guarded("a", Duration.ZERO)));
    workflow.start();
    assertThat(events(workflow.fail("a", 1, FLAKY)).getFirst()).isInstanceOf(AttemptFailed.class);
    workflow.gate().setWindow(0);

    Decision due = workflow.after(1_000).fireTimer();

    assertThat(events(due)).containsExactly(held(0));
    assertThat(effects(due)).containsExactly(new HoldStep(0));
    assertThat(events(workflow.release("a"))).containsExactly(new StepDispatched(0, 2, 0));
  }

  @Test
  void stepWhoseTurnComesInAPauseIsHeldByItAndAsksAgainAfterIt() {
    TestWorkflow workflow = behind(1, THREE);
    workflow.start();
    workflow.control(new Control.Pause());
    assertThat(events(workflow.succeed("a", 1))).containsExactly(new StepSucceeded(0, 1, null));

    assertThat(events(workflow.release("b")))
        .containsExactly(new StepHeld(1, StepHeld.Reason.PAUSED, 0));
    assertThat(workflow.state().isGated(1)).isFalse();
    assertThat(workflow.state().isGated(2)).as("nobody has looked at it").isTrue();

    assertThat(events(workflow.control(new Control.Resume())))
        .containsExactly(new WorkflowResumed(), new StepDispatched(1, 1, 0));
    assertThat(events(workflow.release("c"))).containsExactly(new StepDispatched(2, 1, 0));
  }

  @Test
  void pauseAndItsEndLeaveAStepItsPlaceInTheQueue() {
    TestWorkflow workflow = behind(1, THREE);
    workflow.start();
    workflow.control(new Control.Pause());

    Decision resumed = workflow.after(5_000).control(new Control.Resume());

    assertThat(events(resumed)).containsExactly(new WorkflowResumed());
    assertThat(effects(resumed)).isEmpty();
    assertThat(workflow.state().gatedSinceMs(1)).isEqualTo(START_MS);
  }

  @Test
  void stepsThatWaitForTheirQueueKeepRoomAmongThoseThatMayBeOpen() {
    TestWorkflow workflow =
        behind(
            1,
            Definitions.limited(
                2, null, List.of(TestStep.of("a"), TestStep.of("b"), TestStep.of("c"))));
    assertThat(events(workflow.start()))
        .contains(
            new StepDispatched(0, 1, 0), held(1), new StepHeld(2, StepHeld.Reason.MAX_PARALLEL, 0));

    Decision done = workflow.succeed("a", 1);

    assertThat(events(done))
        .as("c gets the room that a leaves, and the window has room for it, too")
        .containsExactly(new StepSucceeded(0, 1, null), new StepDispatched(2, 1, 0));
    workflow.gate().setWindow(2);
    assertThat(events(workflow.release("b"))).containsExactly(new StepDispatched(1, 1, 0));
  }

  @Test
  void cancelledWorkflowLetsGoOfStepsThatWait() {
    TestWorkflow workflow = behind(1, THREE);
    workflow.start();

    workflow.cancel("enough");

    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.CANCELLED);
    assertThat(workflow.gate().open()).isZero();
    assertThat(workflow.gate().held()).isZero();
  }

  @Test
  void stepThatWaitsCanBeSkippedAndResolvedByHand() {
    TestWorkflow workflow = behind(0, Definitions.of(step("a"), step("b"), step("c", "a", "b")));
    workflow.start();

    assertThat(events(workflow.control(new Control.ResolveStep("a", null))).getFirst())
        .isInstanceOf(StepSucceeded.class);
    assertThat(events(workflow.control(new Control.SkipStep("b"))))
        .contains(new StepSkipped(1, StepSkipped.Reason.BY_HAND));
    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.SUCCEEDED);
  }

  @Test
  void otherPriorityGivesStepsThatWaitOtherPlaces() {
    TestWorkflow workflow = behind(1, THREE);
    workflow.start();

    assertThat(effects(workflow.control(new Control.SetPriority(9))))
        .containsExactly(new HoldStep(1), new HoldStep(2));
    assertThat(workflow.state().gatedSinceMs(1)).as("their age").isEqualTo(START_MS);
  }

  @Test
  void stepThatWaitsGetsAPlaceInTheQueueOfAnotherVersion() {
    TestWorkflow workflow = behind(1, Definitions.of(step("a"), step("b")));
    workflow.register(Versions.version(8, step("x"), step("a"), step("b")));
    workflow.start();

    Decision migrated = workflow.migrate(8, false);

    assertThat(effects(migrated)).contains(new HoldStep(2));
    assertThat(workflow.state().isGated(2)).isTrue();
    assertThat(events(workflow.release("b"))).contains(new StepDispatched(2, 1, 0));
  }

  @Test
  void compensationsAndFinallyStepsWaitForTheirQueues() {
    TestWorkflow workflow =
        behind(
            1,
            Definitions.withFinally(
                List.of(TestStep.of("a").compensated(), TestStep.of("b", "a")),
                TestStep.of("last")));
    workflow.start();
    workflow.succeed("a", 1);
    workflow.gate().setWindow(0);

    assertThat(events(workflow.fail("b", 1, new Failure("broken", "", false)))).contains(held(3));
    assertThat(events(workflow.release("compensate:a"))).contains(new StepDispatched(3, 1, 0));
    assertThat(events(workflow.succeed("compensate:a", 1))).contains(held(2));
    workflow.release("last");
    workflow.succeed("last", 1);
    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.FAILED);
  }

  @Test
  void stepThatNoWorkerRunsWaitsForNoQueue() {
    TestWorkflow workflow =
        behind(
            0,
            Decisions.compiled(
                TestStep.of("a").does(new StepAction.SetValue("\"1\"")).build(), step("b", "a")));
    workflow.start();

    assertThat(workflow.state().stepStatus(0)).isEqualTo(StepStatus.SUCCEEDED);
    assertThat(workflow.state().isGated(1)).isTrue();
  }
}
