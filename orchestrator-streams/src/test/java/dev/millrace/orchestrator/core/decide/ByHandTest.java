package dev.millrace.orchestrator.core.decide;

import static dev.millrace.orchestrator.core.Definitions.step;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.event.ControlRefused;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepHeld;
import dev.millrace.orchestrator.core.event.StepSuspended;
import dev.millrace.orchestrator.core.event.StepsReset;
import dev.millrace.orchestrator.core.event.WorkflowResumed;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps that somebody holds, starts or takes as done while others have not come so far. */
class ByHandTest {
  @Test
  void rerunDoesNotStartAStepBeyondOneThatStillWaits() {
    TestWorkflow workflow =
        TestWorkflow.started(
            Definitions.of(
                step("a"), step("slow"), step("b", "a", "slow"), step("c", "b"), step("d", "c")));
    workflow.succeed("a", 1);
    workflow.control(new Control.SkipStep("d"));

    assertThat(events(workflow.control(new Control.Rerun("a"))))
        .containsExactly(new StepsReset(List.of(0, 4)), new StepDispatched(0, 2, 0));
    assertThat(workflow.state().stepStatus(4)).isEqualTo(StepStatus.WAITING);

    workflow.succeed("a", 2);
    workflow.succeed("slow", 1);
    workflow.succeed("b", 1);
    assertThat(events(workflow.succeed("c", 1))).contains(new StepDispatched(4, 1, 0));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void finallyStepIsNotTakenAsDoneBeforeAllIsUndone(boolean isSkipped) {
    TestWorkflow workflow =
        TestWorkflow.started(
            Definitions.withFinally(
                List.of(TestStep.of("a").compensated(), TestStep.of("b", "a")), TestStep.of("f")));
    workflow.succeed("a", 1);
    workflow.cancel("enough");
    Control control = isSkipped ? new Control.SkipStep("f") : new Control.ResolveStep("f", null);

    assertThat(events(workflow.control(control)))
        .first()
        .isInstanceOfSatisfying(
            ControlRefused.class,
            refused -> assertThat(refused.code()).isEqualTo("step-not-begun"));

    workflow.succeed("compensate:a", 1);
    workflow.control(control);
    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.CANCELLED);
  }

  @Test
  void pauseHoldsAlsoWhatNoWorkerRuns() {
    TestWorkflow workflow =
        TestWorkflow.started(
            Definitions.of(
                TestStep.of("a"),
                TestStep.of("child", "a")
                    .does(new StepAction.StartChild("ship", 0, null, null, false, true)),
                TestStep.of("signal", "a")
                    .does(new StepAction.AwaitSignal("approve", null, null))));
    workflow.control(new Control.Pause());

    assertThat(events(workflow.succeed("a", 1)))
        .contains(
            new StepHeld(1, StepHeld.Reason.PAUSED, 0), new StepHeld(2, StepHeld.Reason.PAUSED, 0));
    assertThat(events(workflow.control(new Control.Resume())))
        .containsExactly(
            new WorkflowResumed(),
            new StepSuspended(1, 1, 0, "order-1.child.1"),
            new StepSuspended(2, 1, 0));
  }

  @ParameterizedTest
  @MethodSource("controlsOfX")
  void stepThatTheDefinitionDoesNotHaveIsNamedInTheRefusal(Control control) {
    TestWorkflow workflow = TestWorkflow.started(Definitions.of(step("a")));

    assertThat(events(workflow.control(control)))
        .containsExactly(new ControlRefused("unknown-step", "definition order/7 has no step 'x'"));
  }

  static List<Control> controlsOfX() {
    return List.of(
        new Control.Rerun("x"),
        new Control.RetryStep("x"),
        new Control.SkipStep("x"),
        new Control.ResolveStep("x", null));
  }

  @Test
  void outputGivenByHandMayBeAMebibyte() {
    Payload largest = new Payload("", new byte[1024 * 1024]);
    TestWorkflow workflow = TestWorkflow.started(Definitions.of(step("a"), step("b", "a")));

    workflow.control(new Control.ResolveStep("a", largest));

    assertThat(workflow.output("a")).isEqualTo(largest);
  }

  private static List<Event> events(Decision decision) {
    return ((Decision.Accepted) decision).events();
  }
}
