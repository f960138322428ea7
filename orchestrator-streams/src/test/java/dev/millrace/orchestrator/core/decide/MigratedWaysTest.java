package dev.millrace.orchestrator.core.decide;

import static dev.millrace.orchestrator.core.Definitions.step;
import static dev.millrace.orchestrator.core.decide.Versions.code;
import static dev.millrace.orchestrator.core.decide.Versions.compile;
import static dev.millrace.orchestrator.core.decide.Versions.events;
import static dev.millrace.orchestrator.core.decide.Versions.json;
import static dev.millrace.orchestrator.core.decide.Versions.report;
import static dev.millrace.orchestrator.core.decide.Versions.source;
import static dev.millrace.orchestrator.core.decide.Versions.version;
import static dev.millrace.orchestrator.core.decide.Versions.withFinally;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.FailureRule.Reaction;
import dev.millrace.orchestrator.core.definition.JoinRule;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepSkipped;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.StepStatus;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Migrations to versions in which steps follow other steps, or under other conditions. */
class MigratedWaysTest {
  private static final Failure BROKEN = new Failure("broken", "for good", false);
  private static final Dependency LARGE_A = new Dependency("a", "output > 5", null);

  @Test
  void conditionOnAStepThatIsDoneIsRefusedForAStepThatWaits() {
    TestWorkflow workflow =
        TestWorkflow.started(version(1, step("a"), step("x"), step("b", "a", "x")))
            .register(
                version(2, step("a"), step("x"), TestStep.of("b", "x").after(LARGE_A).build()));
    assertThat(code(workflow.migrate(2, true))).isNull();
    workflow.succeed("a", 1, json("7"));

    assertThat(code(workflow.migrate(2, false))).isEqualTo("migration-edge-decided");
  }

  @Test
  void conditionOnAStepThatIsDoneIsRefusedForAStepThatWasSkipped() {
    StepDefinition skipped = TestStep.of("b", "a").when("false").build();
    TestWorkflow workflow =
        TestWorkflow.started(version(1, step("a"), step("x"), skipped))
            .register(
                version(
                    2,
                    step("a"),
                    step("x"),
                    TestStep.of("b").after(LARGE_A).when("false").build()));
    workflow.succeed("a", 1, json("7"));
    assertThat(workflow.state().stepStatus(2)).isEqualTo(StepStatus.SKIPPED);

    assertThat(code(workflow.migrate(2, false))).isEqualTo("migration-edge-decided");
  }

  @Test
  void newStepsFollowAFailureThatTheWorkflowWentOnWithUnlessTheyAskForAnOutput() {
    StepDefinition a = TestStep.of("a").onFailure(new Reaction.GoOn()).build();
    TestWorkflow workflow =
        TestWorkflow.started(version(1, a, step("x")))
            .register(
                version(
                    2,
                    a,
                    step("x"),
                    step("after", "a"),
                    TestStep.of("large").after(LARGE_A).build()));
    workflow.fail("a", 1, BROKEN);

    assertThat(events(workflow.migrate(2, false)))
        .contains(new StepDispatched(2, 1, 0), new StepSkipped(3, StepSkipped.Reason.DEPENDENCIES));
  }

  @Test
  void stepThatFailuresAreRoutedToInTheOtherVersionWaitsForOne() {
    StepDefinition routed = TestStep.of("a").onFailure(new Reaction.Route("b")).build();
    StepDefinition b = TestStep.of("b", "p").join(JoinRule.ALL).build();
    TestWorkflow workflow =
        TestWorkflow.started(version(1, step("p"), step("a"), b))
            .register(version(2, step("p"), routed, b));
    workflow.migrate(2, false);

    assertThat(events(workflow.succeed("p", 1))).hasSize(1);
    assertThat(events(workflow.fail("a", 1, BROKEN))).contains(new StepDispatched(2, 1, 0));
  }

  @Test
  void newStepForFailuresOfAStepThatHasSucceededIsSkipped() {
    StepDefinition routed = TestStep.of("a").onFailure(new Reaction.Route("rescue")).build();
    TestWorkflow workflow =
        TestWorkflow.started(version(1, step("a"), step("b", "a")))
            .register(version(2, routed, step("b", "a"), step("rescue")));
    workflow.succeed("a", 1);

    assertThat(events(workflow.migrate(2, false)))
        .contains(new StepSkipped(2, StepSkipped.Reason.DEPENDENCIES));
  }

  @Test
  void conditionThatDidNotHoldIsForgottenWithTheWayThatItWasOn() {
    StepDefinition large = TestStep.of("large").after(LARGE_A).build();
    TestWorkflow workflow =
        TestWorkflow.started(version(1, step("a"), step("z"), large, step("x", "z")))
            .register(version(2, step("a"), step("z"), step("large", "z", "a"), step("x", "z")));
    workflow.succeed("a", 1, json("1"));
    workflow.succeed("z", 1);
    assertThat(code(workflow.migrate(2, false))).isNull();
    assertThat(workflow.state().stepStatus(2)).isEqualTo(StepStatus.SKIPPED);

    workflow.control(new Control.Rerun("z"));

    assertThat(events(workflow.succeed("z", 2))).contains(new StepDispatched(2, 1, 0));
  }

  @Test
  void moreStepsAreOpenAtOnceWhereTheOtherVersionAllowsIt() {
    TestWorkflow workflow = TestWorkflow.started(parallel(1, 1)).register(parallel(2, 2));
    assertThat(workflow.state().stepStatus(1)).isEqualTo(StepStatus.READY);

    assertThat(events(workflow.migrate(2, false))).contains(new StepDispatched(1, 1, 0));
    assertThat(workflow.state().stepStatus(2)).isEqualTo(StepStatus.READY);
  }

  private static CompiledDefinition parallel(int version, int maxParallel) {
    return compile(
        new WorkflowDefinition(
            "order",
            version,
            Duration.ZERO,
            RetryPolicy.NONE,
            maxParallel,
            null,
            List.of(step("a"), step("b"), step("c")),
            List.of()));
  }

  @Test
  void reportNamesFinallyStepsThatComeAndGo() {
    TestWorkflow workflow =
        TestWorkflow.started(compile(withFinally(source(1, step("a")), step("old"))))
            .register(compile(withFinally(source(2, step("a")), step("new"))));

    assertThat(report(workflow.migrate(2, true)))
        .contains("\"added\":{\"count\":1,\"steps\":[\"new\"]}")
        .contains("\"removed\":{\"count\":1,\"steps\":[\"old\"]}");
  }
}
