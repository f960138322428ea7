package dev.millrace.orchestrator.core.decide;

import static dev.millrace.orchestrator.core.Definitions.step;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepsReset;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.state.StepStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

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

  private static List<Event> events(Decision decision) {
    return ((Decision.Accepted) decision).events();
  }
}
