package dev.millrace.orchestrator.core.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.definition.Repeat;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.effect.CancelWorkflow;
import dev.millrace.orchestrator.core.effect.Effect;
import dev.millrace.orchestrator.core.effect.TellParent;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Workflows that start others, or were started by one. */
class ChildrenTest {
  private static final Failure BROKEN = new Failure("broken", "for good", false);
  private static final StepAction SHIP =
      new StepAction.StartChild("ship", 0, null, null, false, true);

  @Test
  void childOfAFinallyStepGoesOnWhenAnotherFinallyStepFails() {
    TestWorkflow workflow =
        TestWorkflow.started(
            Definitions.withFinally(
                List.of(TestStep.of("a")), TestStep.of("f").does(SHIP), TestStep.of("g")));
    workflow.succeed("a", 1);

    assertThat(effects(workflow.fail("g", 1, BROKEN))).noneMatch(CancelWorkflow.class::isInstance);
    assertThat(workflow.state().stepStatus(1)).isEqualTo(StepStatus.SUSPENDED);

    workflow.succeed("f", 1);
    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.FAILED);
  }

  @Test
  void parentOfAWorkflowThatFailsAtLastIsToldNoOutput() {
    CompiledDefinition definition =
        Definitions.limited(0, "chance 1 of input", List.of(TestStep.of("a")), TestStep.of("f"));
    Parent parent = new Parent("above", "step", 1, 1);
    TestWorkflow workflow = new TestWorkflow(definition);
    workflow.start(parent);
    workflow.succeed("a", 1);
    assertThat(workflow.state().outcome()).isNotNull();

    assertThat(effects(workflow.control(new Control.Terminate("now"))))
        .containsExactly(
            new TellParent(
                parent, null, new Failure("child.terminated", "workflow 'order-1': now", false)));
  }

  @Test
  void childIsForgottenBetweenTwoRounds() {
    Repeat repeat = new Repeat("false", Duration.ofSeconds(1), 3);
    TestWorkflow workflow =
        TestWorkflow.started(Definitions.of(TestStep.of("a").does(SHIP).repeat(repeat)));

    workflow.succeed("a", 1);
    assertThat(workflow.state().stepStatus(0)).isEqualTo(StepStatus.BACKING_OFF);
    assertThat(workflow.state().stepsWithChildren()).isEmpty();

    workflow.after(1_000).fireTimer();
    assertThat(workflow.state().child(0)).isEqualTo("order-1.a.2");
  }

  private static List<Effect> effects(Decision decision) {
    return ((Decision.Accepted) decision).effects();
  }
}
