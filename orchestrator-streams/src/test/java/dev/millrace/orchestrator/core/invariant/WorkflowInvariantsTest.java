package dev.millrace.orchestrator.core.invariant;

import static dev.millrace.orchestrator.core.Definitions.guarded;
import static dev.millrace.orchestrator.core.Definitions.step;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.FailureRule.Reaction;
import dev.millrace.orchestrator.core.definition.JoinRule;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Outcome;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkflowInvariantsTest {
  private static final Failure FAILURE = new Failure("fatal", "no", false);
  private static final CompiledDefinition DEFINITION =
      Definitions.of(guarded("a", Duration.ofSeconds(1)), step("b", "a"));
  private static final StepAction SET = new StepAction.SetValue("chance 1 of input");

  private CompiledDefinition definition = DEFINITION;
  private PackedWorkflow workflow = begun(DEFINITION, 20);

  @Test
  void nothingIsWrongWithAFreshAndAStartedWorkflow() {
    assertThat(check(PackedWorkflow.absent())).isEmpty();
    workflow.open(0, 1, 2_000);
    assertThat(check(workflow)).isEmpty();
    assertThat(WorkflowInvariants.countsFit(workflow)).isTrue();
  }

  @Test
  void workflowOfAnotherDefinitionIsNoticed() {
    assertThat(WorkflowInvariants.check(Definitions.of(step("a")), workflow))
        .containsExactly("2 steps, but its definition has 1");
  }

  @Test
  void readyStepThatIsNotDispatchedIsNoticed() {
    assertThat(check(workflow))
        .containsExactly(
            "step 'a' is WAITING: nothing is left to wait for",
            "RUNNING, but nothing would ever happen");
  }

  @Test
  void whatAStepWaitsForIsCountedAnew() {
    workflow.open(0, 1, 2_000);
    workflow.setJoin(1, 2);
    assertThat(check(workflow))
        .containsExactly("step 'b' is WAITING: it waits for 2, and should for 1");
    workflow.setJoin(1, 0x7fff);
    assertThat(check(workflow))
        .containsExactly("step 'b' is WAITING: it waits for nothing any more, and should for 1");
  }

  @Test
  void stepThatWasDispatchedTooSoonIsNoticed() {
    workflow.open(0, 1, 2_000);
    workflow.open(1, 1, 0);

    assertThat(check(workflow)).containsExactly("step 'b' is OPEN: its join rule is not satisfied");
  }

  @Test
  void attemptsOutOfRangeAreNoticed() {
    workflow.open(0, 4, 2_000);
    assertThat(check(workflow)).containsExactly("step 'a' is OPEN: attempt 4, not 1 to 3");
    workflow.open(0, 0, 2_000);
    assertThat(check(workflow)).containsExactly("step 'a' is OPEN: attempt 0, not 1 to 3");
    workflow.open(0, 3, 2_000);
    workflow.backOff(0, 3_000);
    assertThat(check(workflow)).containsExactly("step 'a' is BACKING_OFF: attempt 3, not 1 to 2");
  }

  @Test
  void missingAndSuperfluousDeadlinesAreNoticed() {
    workflow.open(0, 1, 0);
    assertThat(check(workflow)).containsExactly("step 'a' is OPEN: its deadline is 0");
    workflow.backOff(0, 0);
    assertThat(check(workflow)).containsExactly("step 'a' is BACKING_OFF: its deadline is 0");
    workflow.open(0, 2, 2_000);
    workflow.succeed(0, 2, null, false);
    workflow.setFinishedSteps(1);
    workflow.setJoin(1, 0);
    workflow.open(1, 1, 7_000);
    assertThat(check(workflow)).containsExactly("step 'b' is OPEN: its deadline is 7000");
  }

  @Test
  void failedStepOfARunningWorkflowIsNoticed() {
    workflow.open(0, 1, 2_000);
    workflow.fail(0);

    assertThat(check(workflow)).contains("step 'a' is FAILED: its workflow must be ending");
  }

  @Test
  void roundsThatThereCannotBeAreNoticed() {
    workflow.open(0, 1, 2_000);
    workflow.repeat(0, 3_000);

    assertThat(check(workflow))
        .containsExactly("step 'a' is BACKING_OFF: 1 rounds are behind it, at most 0 can be");
  }

  @Test
  void stepsThatTheWrongSideRunsAreNoticed() {
    workflow = begun(Definitions.of(TestStep.of("set").does(SET), TestStep.of("work")), 20);
    workflow.open(0, 1, 0);
    workflow.suspend(1, 1, 2_000);

    assertThat(WorkflowInvariants.check(definition, workflow))
        .containsExactly(
            "step 'set' is OPEN: no worker runs it", "step 'work' is SUSPENDED: a worker runs it");
  }

  @Test
  void stepThatIsHeldForNothingIsNoticed() {
    workflow = begun(Definitions.limited(1, null, List.of(TestStep.of("a"), TestStep.of("b"))), 9);
    workflow.open(0, 1, 0);
    workflow.hold(1, 0);
    assertThat(WorkflowInvariants.check(definition, workflow)).isEmpty();

    workflow.hold(1, 5_000);
    assertThat(WorkflowInvariants.check(definition, workflow))
        .containsExactly("step 'b' is READY: nothing holds it");

    workflow.hold(1, 0);
    workflow.succeed(0, 1, null, false);
    workflow.setFinishedSteps(1);
    assertThat(WorkflowInvariants.check(definition, workflow))
        .contains("step 'b' is READY: nothing holds it");
  }

  @Test
  void anyJoinWaitsForTheFirstThatIsSatisfied() {
    workflow =
        begun(
            Definitions.of(
                TestStep.of("x"), TestStep.of("y"), TestStep.of("z", "x", "y").join(JoinRule.ANY)),
            9);
    workflow.open(0, 1, 0);
    workflow.skip(1);
    workflow.setFinishedSteps(1);
    assertThat(WorkflowInvariants.check(definition, workflow))
        .containsExactly("step 'z' is WAITING: it waits for 2, and should for 1");
    workflow.setJoin(2, 1);
    assertThat(WorkflowInvariants.check(definition, workflow)).isEmpty();
  }

  @Test
  void joinOfANumberCountsWhatItLacksAndWhatItCanBear() {
    workflow =
        begun(
            Definitions.of(
                TestStep.of("x"),
                TestStep.of("y"),
                TestStep.of("z").onFailure(new Reaction.GoOn()),
                TestStep.of("all", "x", "y", "z").join(JoinRule.atLeast(2))),
            9);
    workflow.open(0, 1, 0);
    workflow.skip(1);
    workflow.open(2, 1, 0);
    workflow.fail(2);
    workflow.setFinishedSteps(2);
    assertThat(WorkflowInvariants.check(definition, workflow))
        .containsExactly("step 'all' is WAITING: it waits for 514, and should for 257");
    workflow.setJoin(3, 257);
    assertThat(WorkflowInvariants.check(definition, workflow)).isEmpty();
  }

  @Test
  void conditionsLeaveADoubtAndNoMore() {
    workflow =
        begun(
            Definitions.of(
                TestStep.of("x"),
                TestStep.of("y"),
                TestStep.of("z", "y").after(new Dependency("x", "true", null)).join(JoinRule.ANY)),
            9);
    workflow.open(0, 1, 0);
    workflow.succeed(0, 1, null, false);
    workflow.setFinishedSteps(1);
    workflow.open(1, 1, 0);
    assertThat(WorkflowInvariants.check(definition, workflow))
        .containsExactly("step 'z' is WAITING: it waits for 2, and should for 0 or 1");
    workflow.setJoin(2, 1);
    assertThat(WorkflowInvariants.check(definition, workflow)).isEmpty();
  }

  @Test
  void stepsOfAnEndingWorkflowAreAbandoned() {
    workflow = begun(Definitions.withFinally(List.of(TestStep.of("a")), TestStep.of("last")), 9);
    workflow.open(0, 1, 0);
    workflow.beginEnding(new Outcome(WorkflowStatus.FAILED, FAILURE), null);
    assertThat(WorkflowInvariants.check(definition, workflow))
        .contains("step 'a' is OPEN: its workflow is ending without it");

    workflow.abandon(0);
    workflow.setFinishedSteps(1);
    assertThat(WorkflowInvariants.check(definition, workflow))
        .containsExactly(
            "step 'last' is WAITING: nothing is left to wait for",
            "RUNNING, but nothing would ever happen");
    workflow.open(1, 1, 0);
    assertThat(WorkflowInvariants.check(definition, workflow)).isEmpty();
    workflow.abandon(1);
    workflow.setFinishedSteps(2);
    assertThat(WorkflowInvariants.check(definition, workflow))
        .contains("step 'last' is ABANDONED: nothing goes on without it");
  }

  @Test
  void finallyStepsComeLast() {
    workflow = begun(Definitions.withFinally(List.of(TestStep.of("a")), TestStep.of("last")), 9);
    workflow.open(0, 1, 0);
    workflow.open(1, 1, 0);

    assertThat(WorkflowInvariants.check(definition, workflow))
        .containsExactly("step 'last' is OPEN: its workflow has not come so far");
  }

  @Test
  void whatIsToBeUndoneIsCountedAnew() {
    workflow = begun(Definitions.of(TestStep.of("a").compensated(), TestStep.of("b", "a")), 9);
    workflow.open(0, 1, 0);
    workflow.succeed(0, 1, null, true);
    workflow.setFinishedSteps(1);
    workflow.setJoin(1, 0);
    workflow.open(1, 1, 0);
    assertThat(WorkflowInvariants.check(definition, workflow))
        .containsExactly("steps to undo: counted [0], stored []");
    workflow.addToCompensate(0);
    assertThat(WorkflowInvariants.check(definition, workflow)).isEmpty();
    workflow.open(2, 1, 0);
    assertThat(WorkflowInvariants.check(definition, workflow))
        .containsExactly("step 'compensate:a' is OPEN: its workflow does not fail");
  }

  @Test
  void stepsAreUndoneOneAfterAnother() {
    workflow =
        begun(
            Definitions.of(
                TestStep.of("a").compensated(), TestStep.of("b").compensated(), TestStep.of("c")),
            20);
    for (int step = 0; step < 2; step++) {
      workflow.open(step, 1, 0);
      workflow.succeed(step, 1, null, true);
      workflow.addToCompensate(step);
    }
    workflow.open(2, 1, 0);
    workflow.fail(2);
    workflow.setFinishedSteps(3);
    workflow.beginEnding(new Outcome(WorkflowStatus.FAILED, FAILURE), null);
    assertThat(WorkflowInvariants.check(definition, workflow))
        .contains("steps [0, 1] are to be undone, and none is");
    workflow.open(4, 1, 0);
    assertThat(WorkflowInvariants.check(definition, workflow)).isEmpty();
    workflow.open(3, 1, 0);
    assertThat(WorkflowInvariants.check(definition, workflow))
        .containsExactly("2 steps are being undone at once");
    workflow.removeToCompensate(0);
    assertThat(WorkflowInvariants.check(definition, workflow))
        .contains("step 'compensate:a' is OPEN: there is nothing to undo");
  }

  @Test
  void nothingIsUndoneWhileAnotherStepMayStillComplete() {
    workflow =
        begun(Definitions.of(TestStep.of("a").compensated(), TestStep.of("b").compensated()), 20);
    workflow.open(0, 1, 0);
    workflow.succeed(0, 1, null, true);
    workflow.addToCompensate(0);
    workflow.open(1, 1, 0);
    workflow.setFinishedSteps(1);
    workflow.beginEnding(new Outcome(WorkflowStatus.FAILED, FAILURE), null);
    assertThat(WorkflowInvariants.check(definition, workflow)).isEmpty();
    workflow.open(2, 1, 0);
    assertThat(WorkflowInvariants.check(definition, workflow))
        .containsExactly("a step is being undone, though another may still complete");
  }

  @Test
  void compensationThatWouldStartByItselfIsNoticed() {
    workflow = begun(Definitions.of(TestStep.of("a").compensated()), 9);
    workflow.open(0, 1, 0);
    workflow.setJoin(1, 0);

    assertThat(WorkflowInvariants.check(definition, workflow))
        .containsExactly("step 'compensate:a' is WAITING: it would start by itself");
  }

  @Test
  void countsThatDoNotFitTheTableAreNoticed() {
    workflow.open(0, 1, 2_000);
    workflow.setFinishedSteps(1);

    assertThat(check(workflow)).containsExactly("finished steps: counted 0, stored 1");
  }

  @Test
  void countsThatDoNotFitTheStatusAreNoticed() {
    assertThat(WorkflowInvariants.countsFit(ended(WorkflowStatus.SUCCEEDED, 2, 1))).isFalse();
    assertThat(WorkflowInvariants.countsFit(ended(WorkflowStatus.SUCCEEDED, 2, 2))).isTrue();
    assertThat(WorkflowInvariants.countsFit(ended(WorkflowStatus.FAILED, 2, 3))).isFalse();
    assertThat(WorkflowInvariants.countsFit(ended(WorkflowStatus.CANCELLED, 1, 1))).isTrue();
    assertThat(check(ended(WorkflowStatus.SUCCEEDED, 1, 1)))
        .containsExactly("SUCCEEDED with 1 of 2 steps");
    assertThat(check(ended(WorkflowStatus.SUCCEEDED, 2, 1)))
        .contains(
            "SUCCEEDED with 2 of 2 steps succeeded, 1 finished, 0 open, 0 held, next sequence 20");
  }

  @Test
  void countsOutOfRangeAreNoticed() {
    workflow.open(0, 1, 2_000);
    workflow.setFinishedSteps(-1);
    assertThat(WorkflowInvariants.countsFit(workflow)).isFalse();
    workflow.setFinishedSteps(2);
    assertThat(WorkflowInvariants.countsFit(workflow)).isFalse();
    workflow.setFinishedSteps(1);
    assertThat(WorkflowInvariants.countsFit(workflow)).isTrue();
  }

  @Test
  void eventsThatWereNotCountedAreNoticed() {
    PackedWorkflow absent = PackedWorkflow.absent();
    absent.incrementSequence();
    assertThat(WorkflowInvariants.countsFit(absent)).isFalse();
    workflow = begun(DEFINITION, 1);
    assertThat(WorkflowInvariants.countsFit(workflow)).isTrue();
    workflow.open(0, 1, 0);
    assertThat(WorkflowInvariants.countsFit(workflow)).isFalse();
    workflow.succeed(0, 1, null, false);
    assertThat(WorkflowInvariants.countsFit(workflow)).isFalse();
    workflow.hold(0, 0);
    assertThat(WorkflowInvariants.countsFit(workflow)).isFalse();
  }

  /** A workflow that has begun, with some events in its past. */
  private PackedWorkflow begun(CompiledDefinition of, int events) {
    definition = of;
    PackedWorkflow begun = PackedWorkflow.absent();
    begun.begin(of.plan(), null, "", 5, 0, 1_000);
    for (int i = 0; i < events; i++) {
      begun.incrementSequence();
    }
    return begun;
  }

  private PackedWorkflow ended(WorkflowStatus status, int succeeded, int finished) {
    PackedWorkflow ended = begun(DEFINITION, 20);
    for (int i = 0; i < succeeded; i++) {
      ended.open(i, 1, 0);
      ended.succeed(i, 1, null, false);
    }
    ended.setFinishedSteps(finished);
    ended.end(
        new Outcome(status, status == WorkflowStatus.SUCCEEDED ? null : FAILURE), null, 2_000);
    return ended;
  }

  private static List<String> check(PackedWorkflow workflow) {
    return WorkflowInvariants.check(DEFINITION, workflow);
  }
}
