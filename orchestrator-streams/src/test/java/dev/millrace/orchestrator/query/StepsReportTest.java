package dev.millrace.orchestrator.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class StepsReportTest {
  @Test
  void whatHoldsAStepIsNamedAndSinceWhenForOneThatWaitsForItsQueue() {
    CompiledDefinition definition =
        Definitions.limited(
            2, null, List.of(TestStep.of("open"), TestStep.of("waits"), TestStep.of("last")));
    TestWorkflow workflow = new TestWorkflow(definition);
    workflow.gate().setWindow(1);
    workflow.start();

    List<StepsReport.Step> steps =
        StepsReport.of("order-1", definition, workflow.state(), StepSelection.ACTIVE, 0, 10)
            .steps();

    assertThat(steps)
        .extracting(StepsReport.Step::held)
        .containsExactly(null, "queue", "max-parallel");
    assertThat(steps)
        .extracting(StepsReport.Step::heldSince)
        .containsExactly(null, Instant.ofEpochMilli(TestWorkflow.START_MS), null);
  }

  @Test
  void whatASuspendedStepWaitsForIsNamed() {
    CompiledDefinition definition =
        Definitions.of(
            TestStep.of("pause").does(new StepAction.Delay("chance 3 of input")),
            TestStep.of("ship")
                .does(new StepAction.StartChild("ship", 0, null, null, false, true))
                .timeout(Duration.ofSeconds(5)),
            TestStep.of("approval").does(new StepAction.AwaitSignal("approve", null, null)),
            TestStep.of("work"));

    List<StepsReport.Step> steps =
        StepsReport.of(
                "order-1",
                definition,
                TestWorkflow.started(definition).state(),
                StepSelection.ACTIVE,
                0,
                10)
            .steps();

    assertThat(steps)
        .extracting(StepsReport.Step::child)
        .containsExactly(null, "order-1.ship.1", null, null);
    assertThat(steps)
        .extracting(StepsReport.Step::signal)
        .containsExactly(null, null, "approve", null);
    assertThat(steps.get(0).due()).as("when it goes on").isNotNull();
    assertThat(steps.get(0).type()).as("no worker runs it").isEmpty();
  }
}
