package dev.millrace.orchestrator.core.invariant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.FailureRule.Reaction;
import dev.millrace.orchestrator.core.definition.Repeat;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.Timeouts;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Outcome;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the invariants notice of a step, and of counts that are not those of the steps. */
class StepInvariantsTest {
  private static final Failure FAILURE = new Failure("broken", "for good", false);

  @ParameterizedTest
  @CsvSource({
    "openSteps, open steps: counted 1",
    "succeededSteps, succeeded steps: counted 1",
    "heldSteps, held steps: counted 1",
    "nextHeld, first held step: counted 2",
    "finishedSteps, finished steps: counted 1"
  })
  void countsAreThoseOfTheSteps(String count, String violation) {
    TestStep[] steps = {
      TestStep.of("a"), TestStep.of("b"), TestStep.of("c"), TestStep.of("d", "b")
    };
    CompiledDefinition definition = Definitions.limited(1, null, List.of(steps));
    PackedWorkflow workflow = begun(definition);
    workflow.open(0, 1, 0);
    workflow.succeed(0, 1, null, false);
    workflow.setFinishedSteps(1);
    workflow.open(1, 1, 0);
    workflow.hold(2, 0);
    assertThat(WorkflowInvariants.check(definition, workflow)).isEmpty();

    assertThat(WorkflowInvariants.check(definition, lying(workflow, count, 0)))
        .anyMatch(each -> each.startsWith(violation + ", stored 0"));
  }

  @Test
  void earliestDeadlineIsThatOfASteps() {
    CompiledDefinition definition =
        Definitions.of(
            TestStep.of("a").timeout(Duration.ofSeconds(1)),
            TestStep.of("b").timeout(Duration.ofSeconds(2)));
    PackedWorkflow workflow = begun(definition);
    workflow.open(0, 1, 2_000);
    workflow.open(1, 1, 3_000);
    assertThat(WorkflowInvariants.check(definition, workflow)).isEmpty();

    assertThat(WorkflowInvariants.check(definition, lying(workflow, "earliestDeadlineMs", 3_000L)))
        .containsExactly("earliest deadline: counted 2000, stored 3000");
  }

  /** A workflow that says something else of itself than it is. */
  private static WorkflowView lying(PackedWorkflow workflow, String what, Object lie) {
    return (WorkflowView)
        Proxy.newProxyInstance(
            WorkflowView.class.getClassLoader(),
            new Class<?>[] {WorkflowView.class},
            (proxy, method, arguments) ->
                method.getName().equals(what) ? lie : method.invoke(workflow, arguments));
  }

  @Test
  void roundsAreFewerThanThereMayBe() {
    CompiledDefinition definition =
        Definitions.of(TestStep.of("a").repeat(new Repeat("false", Duration.ofSeconds(1), 2)));
    PackedWorkflow workflow = begun(definition);
    workflow.open(0, 1, 0);
    workflow.repeat(0, 2_000);
    assertThat(WorkflowInvariants.check(definition, workflow)).isEmpty();

    workflow.open(0, 2, 0);
    workflow.repeat(0, 3_000);
    assertThat(WorkflowInvariants.check(definition, workflow))
        .containsExactly("step 'a' is BACKING_OFF: 2 rounds are behind it, at most 1 can be");
  }

  @Test
  void heldStepHasHadFewerAttemptsThanItMayHave() {
    CompiledDefinition definition =
        Definitions.limited(
            1, null, List.of(TestStep.of("a").retry(Definitions.THREE_ATTEMPTS), TestStep.of("b")));
    PackedWorkflow workflow = begun(definition);
    workflow.open(0, 2, 0);
    workflow.backOff(0, 2_000);
    workflow.open(1, 1, 0);
    workflow.hold(0, 0);
    assertThat(WorkflowInvariants.check(definition, workflow)).isEmpty();

    workflow.open(0, 3, 0);
    workflow.backOff(0, 2_000);
    workflow.hold(0, 0);
    assertThat(WorkflowInvariants.check(definition, workflow))
        .containsExactly("step 'a' is READY: attempt 3, not 0 to 2");
  }

  @Test
  void waitIsTheFirstAttempt() {
    CompiledDefinition definition =
        Definitions.of(TestStep.of("a").does(new StepAction.Delay("chance 1 of input")));
    PackedWorkflow workflow = begun(definition);
    workflow.suspend(0, 1, 2_000);
    assertThat(WorkflowInvariants.check(definition, workflow)).isEmpty();

    workflow.suspend(0, 2, 2_000);
    assertThat(WorkflowInvariants.check(definition, workflow))
        .containsExactly("step 'a' is SUSPENDED: attempt 2, not 1 to 1");
  }

  @Test
  void failureThatIsOnlyTriedAgainEndsTheWorkflow() {
    CompiledDefinition definition =
        Definitions.of(TestStep.of("a").onFailure(new Reaction.Retry(), "flaky"), TestStep.of("b"));
    PackedWorkflow workflow = begun(definition);
    workflow.open(0, 1, 0);
    workflow.open(1, 1, 0);
    workflow.fail(0);
    workflow.setFinishedSteps(1);

    assertThat(WorkflowInvariants.check(definition, workflow))
        .containsExactly("step 'a' is FAILED: its workflow must be ending");
  }

  @Test
  void openStepHasTheDeadlineOfItsClocks() {
    CompiledDefinition definition =
        Definitions.of(
            TestStep.of("a")
                .timeouts(
                    new Timeouts(
                        Duration.ZERO, Duration.ofSeconds(5), Duration.ZERO, Duration.ZERO)));
    PackedWorkflow workflow = begun(definition);
    workflow.open(0, 1, 6_000);

    assertThat(WorkflowInvariants.check(definition, workflow))
        .singleElement()
        .asString()
        .startsWith("step 'a' is OPEN: its deadline is 6000: Clocks");
    workflow.setClocks(0, definition.step(0).limits().dispatched(workflow.clocks(0), 1_000));
    assertThat(WorkflowInvariants.check(definition, workflow)).isEmpty();
  }

  @Test
  void finallyStepThatFailsLeavesNothingToUndo() {
    CompiledDefinition definition =
        Definitions.withFinally(
            List.of(TestStep.of("a").compensated()), TestStep.of("f"), TestStep.of("g"));
    PackedWorkflow workflow = begun(definition);
    workflow.open(0, 1, 0);
    workflow.succeed(0, 1, null, true);
    workflow.beginEnding(Outcome.SUCCEEDED, null);
    workflow.open(1, 1, 0);
    workflow.open(2, 1, 0);
    workflow.setFinishedSteps(1);
    assertThat(WorkflowInvariants.check(definition, workflow)).isEmpty();

    workflow.fail(1);
    workflow.setFinishedSteps(2);
    workflow.beginEnding(new Outcome(WorkflowStatus.FAILED, FAILURE), null);
    assertThat(WorkflowInvariants.check(definition, workflow)).isEmpty();
  }

  private static PackedWorkflow begun(CompiledDefinition of) {
    PackedWorkflow begun = PackedWorkflow.absent();
    begun.begin(of.plan(), null, "", 5, 0, 1_000);
    for (int i = 0; i < 9; i++) {
      begun.incrementSequence();
    }
    return begun;
  }
}
