package dev.millrace.orchestrator.core.decide;

import static dev.millrace.orchestrator.core.Definitions.step;
import static dev.millrace.orchestrator.core.decide.Versions.code;
import static dev.millrace.orchestrator.core.decide.Versions.events;
import static dev.millrace.orchestrator.core.decide.Versions.json;
import static dev.millrace.orchestrator.core.decide.Versions.version;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.event.ControlRefused;
import dev.millrace.orchestrator.core.event.WorkflowMigrated;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.StepStatus;
import org.junit.jupiter.api.Test;

/** Migrations of workflows with a step that runs for each item of a list. */
class MigrationOfBranchesTest {
  private static final StepDefinition EACH =
      TestStep.of("each").forEach(new ForEach("input", 0, 1, 0, false)).build();
  private static final CompiledDefinition FIRST = version(1, EACH, step("b"));

  @Test
  void branchesThatAreUnderWayStandAgainstAMigration() {
    TestWorkflow workflow = over("[1,2]").register(version(2, EACH, step("b"), step("c")));
    assertThat(workflow.state().stepStatus(0)).isEqualTo(StepStatus.SUSPENDED);

    assertThat(refusal(workflow))
        .isEqualTo(
            "migration-branches: branches of step 'each' are under way, as version 1 has it;"
                + " wait for its end");
  }

  @Test
  void branchesThatAreDoneStayAtTheirPlace() {
    TestWorkflow workflow =
        over("[]")
            .register(version(2, step("z"), EACH, step("b")))
            .register(version(3, EACH, step("c"), step("b")));
    assertThat(workflow.state().stepStatus(0)).isEqualTo(StepStatus.SUCCEEDED);

    assertThat(refusal(workflow))
        .isEqualTo(
            "migration-branches: step 'each' is SUCCEEDED, runs for each item of a list and is"
                + " number 1 of the definition, and number 2 of version 2; leave it at its place");
    assertThat(events(workflow.migrate(3, false)).getFirst()).isInstanceOf(WorkflowMigrated.class);
  }

  @Test
  void stepThatHasNotBegunMayMoveThoughItHasBranches() {
    TestWorkflow workflow =
        TestWorkflow.started(version(1, step("a"), after("a")))
            .register(version(2, step("a"), step("b"), after("a")));

    assertThat(code(workflow.migrate(2, false))).isNull();
  }

  private static StepDefinition after(String step) {
    return TestStep.of("each", step).forEach(new ForEach("input", 0, 1, 0, false)).build();
  }

  private static TestWorkflow over(String input) {
    TestWorkflow workflow = new TestWorkflow(FIRST);
    workflow.start(json(input), "acme", 0);
    return workflow;
  }

  private static String refusal(TestWorkflow workflow) {
    return ((ControlRefused) events(workflow.migrate(2, false)).getFirst()).message();
  }
}
