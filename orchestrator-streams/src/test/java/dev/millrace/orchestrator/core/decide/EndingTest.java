package dev.millrace.orchestrator.core.decide;

import static dev.millrace.orchestrator.core.decide.Decisions.events;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.definition.Compensation;
import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.Repeat;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.effect.DispatchStep;
import dev.millrace.orchestrator.core.event.ControlRefused;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.StepFailed.Consequence;
import dev.millrace.orchestrator.core.event.StepRepeated;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.event.WorkflowEnding;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class EndingTest {
  private static final Failure BROKEN = new Failure("broken", "for good", false);
  private static final Payload OUTPUT = new Payload("", new byte[] {1, 2, 3});

  private static List<DispatchStep> commands(Decision decision) {
    return ((Decision.Accepted) decision)
        .effects().stream()
            .filter(DispatchStep.class::isInstance)
            .map(DispatchStep.class::cast)
            .toList();
  }

  private static WorkflowStatus ending(Event event) {
    return ((WorkflowEnding) event).outcome().status();
  }

  @Test
  void stepsAreUndoneInReverseOrderWithTheirOutputs() {
    TestWorkflow workflow =
        TestWorkflow.started(
            Definitions.of(
                TestStep.of("a").compensated(), TestStep.of("b").compensated(), TestStep.of("c")));
    workflow.succeed("b", 1, OUTPUT);
    workflow.succeed("a", 1, null);

    Decision failed = workflow.fail("c", 1, BROKEN);

    assertThat(commands(failed)).containsExactly(new DispatchStep(3, 1, 0, true, null));
    Decision next = workflow.succeed("compensate:a", 1);
    assertThat(commands(next)).containsExactly(new DispatchStep(4, 1, 0, true, OUTPUT));
    assertThat(workflow.state().toCompensate()).containsExactly(1);
    Decision last = workflow.fail("compensate:b", 1, BROKEN);
    assertThat(events(last))
        .element(1)
        .isInstanceOf(WorkflowEnded.class)
        .extracting(ended -> ((WorkflowEnded) ended).outcome().status())
        .isEqualTo(WorkflowStatus.FAILED);
  }

  @Test
  void nothingIsUndoneBeforeAnOpenStepThatCouldBeHasEnded() {
    TestWorkflow workflow =
        TestWorkflow.started(
            Definitions.of(
                TestStep.of("a").compensated(), TestStep.of("b").compensated(), TestStep.of("c")));
    workflow.succeed("a", 1);

    assertThat(commands(workflow.fail("c", 1, BROKEN))).isEmpty();
    assertThat(workflow.state().stepStatus(1)).isEqualTo(StepStatus.OPEN);

    assertThat(commands(workflow.succeed("b", 1)))
        .extracting(DispatchStep::step)
        .containsExactly(4);
    assertThat(commands(workflow.succeed("compensate:b", 1)))
        .extracting(DispatchStep::step)
        .containsExactly(3);
  }

  @Test
  void openStepOfAnEndingWorkflowIsNeitherTriedAgainNorRepeated() {
    CompiledDefinition definition =
        Definitions.of(
            TestStep.of("a").retry(Definitions.THREE_ATTEMPTS).compensated(),
            TestStep.of("b").repeat(new Repeat("false", Duration.ZERO, 9)).compensated());
    TestWorkflow workflow = TestWorkflow.started(definition);
    workflow.cancel("enough");

    assertThat(events(workflow.fail("a", 1, new Failure("flaky", "", true))))
        .hasOnlyElementsOfTypes(StepFailed.class);
    assertThat(events(workflow.succeed("b", 1)))
        .hasOnlyElementsOfTypes(StepSucceeded.class, StepDispatched.class);
  }

  @Test
  void cancelOfAnEndingWorkflowIsRefused() {
    TestWorkflow workflow =
        TestWorkflow.started(
            Definitions.withFinally(List.of(TestStep.of("a")), TestStep.of("last")));
    workflow.cancel("enough");

    assertThat(events(workflow.cancel("again")))
        .singleElement()
        .isInstanceOfSatisfying(
            ControlRefused.class,
            refused -> assertThat(refused.code()).isEqualTo(Refusal.ALREADY_ENDING.code()));
  }

  @Test
  void finallyStepsRunHoweverTheWorkflowEnds() {
    CompiledDefinition definition =
        Definitions.withFinally(
            List.of(TestStep.of("a")), TestStep.of("last"), TestStep.of("after", "last"));
    TestWorkflow succeeds = TestWorkflow.started(definition);
    TestWorkflow fails = TestWorkflow.started(definition);

    List<Event> afterSuccess = events(succeeds.succeed("a", 1));
    List<Event> afterFailure = events(fails.fail("a", 1, BROKEN));

    assertThat(ending(afterSuccess.get(1))).isEqualTo(WorkflowStatus.SUCCEEDED);
    assertThat(ending(afterFailure.get(1))).isEqualTo(WorkflowStatus.FAILED);
    assertThat(afterSuccess.get(2)).isEqualTo(new StepDispatched(1, 1, 0));
    assertThat(afterFailure.get(2)).isEqualTo(new StepDispatched(1, 1, 0));
    fails.succeed("last", 1);
    assertThat(events(fails.succeed("after", 1)))
        .element(1)
        .extracting(ended -> ((WorkflowEnded) ended).outcome().status())
        .isEqualTo(WorkflowStatus.FAILED);
  }

  @Test
  void finallyStepsRepeat() {
    TestWorkflow workflow =
        TestWorkflow.started(
            Definitions.withFinally(
                List.of(TestStep.of("a")),
                TestStep.of("last").repeat(new Repeat("false", Duration.ZERO, 2))));
    workflow.succeed("a", 1);

    assertThat(events(workflow.succeed("last", 1)))
        .containsExactly(new StepRepeated(1, 1, 0), new StepDispatched(1, 2, 0));
    assertThat(events(workflow.succeed("last", 2)))
        .first()
        .extracting(failed -> ((StepFailed) failed).failure().type())
        .isEqualTo(Failure.REPEAT_EXHAUSTED);
  }

  @Test
  void workflowEndsOnceWhenAFinallyStepFailsBeforeItStarts() {
    TestWorkflow workflow =
        TestWorkflow.started(
            Definitions.withFinally(List.of(TestStep.of("a")), TestStep.of("last").when("broken")));

    List<Event> events = events(workflow.succeed("a", 1));

    assertThat(events).filteredOn(WorkflowEnded.class::isInstance).hasSize(1);
    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.FAILED);
  }

  @Test
  void finallyStepFailsWhenItsDependencysConditionHasNoValue() {
    TestWorkflow workflow =
        TestWorkflow.started(
            Definitions.withFinally(
                List.of(TestStep.of("a")),
                TestStep.of("last"),
                TestStep.of("after").after(new Dependency("last", "broken", null))));
    workflow.succeed("a", 1);
    workflow.succeed("last", 1);

    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.FAILED);
  }

  @Test
  void finallyStepThatFailsUndoesNothing() {
    TestWorkflow workflow =
        TestWorkflow.started(
            Definitions.withFinally(List.of(TestStep.of("a").compensated()), TestStep.of("last")));
    workflow.succeed("a", 1);

    assertThat(commands(workflow.fail("last", 1, BROKEN))).isEmpty();
    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.FAILED);
  }

  @Test
  void failureOfACompensationIsNotThatOfTheWorkflow() {
    TestWorkflow workflow =
        TestWorkflow.started(Definitions.of(TestStep.of("a").compensated(), TestStep.of("b")));
    workflow.succeed("a", 1);
    workflow.cancel("enough");

    assertThat(events(workflow.fail("compensate:a", 1, BROKEN)))
        .containsExactly(
            new StepFailed(2, 1, BROKEN, Consequence.FAIL, CompiledDefinition.NO_STEP),
            new WorkflowEnded(
                WorkflowStatus.CANCELLED, new Failure(Failure.CANCELLED, "enough", false)));
  }

  @Test
  void compensationWithoutAnInputToGiveIsGivenUp() {
    Compensation broken = new Compensation("undo", "queue", "broken", Duration.ZERO, null);
    TestWorkflow workflow =
        TestWorkflow.started(
            Definitions.of(TestStep.of("a").compensation(broken), TestStep.of("b")));
    workflow.succeed("a", 1);
    workflow.cancel("enough");

    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.CANCELLED);
  }

  @Test
  void workflowWhoseOutputHasNoValueFailsAndIsUndone() {
    TestWorkflow workflow =
        TestWorkflow.started(
            Definitions.limited(0, "broken", List.of(TestStep.of("a").compensated())));

    Decision decision = workflow.succeed("a", 1);

    assertThat(ending(events(decision).get(1))).isEqualTo(WorkflowStatus.FAILED);
    assertThat(((WorkflowEnding) events(decision).get(1)).outcome().failure())
        .isEqualTo(
            new Failure(
                Failure.EXPRESSION, "output of the workflow: 'broken' has no value", false));
    assertThat(commands(decision)).hasSize(1);
  }

  @Test
  void dueStepsOfAWorkflowThatHasJustEndedAreLeftAlone() {
    CompiledDefinition definition =
        Definitions.of(
            TestStep.of("wait").does(new StepAction.Until("chance 3 of input")), TestStep.of("a"));
    TestWorkflow workflow = TestWorkflow.started(definition);
    workflow.fail("a", 1, BROKEN);

    assertThat(workflow.fireTimer()).isInstanceOf(Decision.Refused.class);
  }
}
