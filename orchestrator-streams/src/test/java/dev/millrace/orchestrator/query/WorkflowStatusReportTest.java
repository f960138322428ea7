package dev.millrace.orchestrator.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.input.Control;
import org.junit.jupiter.api.Test;

class WorkflowStatusReportTest {
  private static boolean isPaused(TestWorkflow workflow) {
    return WorkflowStatusReport.of("order-1", workflow.state()).paused();
  }

  @Test
  void aPauseShowsUntilTheWorkflowGoesOnOrEnds() {
    TestWorkflow workflow = TestWorkflow.started(Definitions.of(TestStep.of("a")));
    assertThat(isPaused(workflow)).isFalse();

    workflow.control(new Control.Pause());
    assertThat(isPaused(workflow)).isTrue();
    workflow.control(new Control.Resume());
    assertThat(isPaused(workflow)).isFalse();

    workflow.control(new Control.Pause());
    workflow.control(new Control.Terminate("now"));
    assertThat(isPaused(workflow)).isFalse();
  }
}
