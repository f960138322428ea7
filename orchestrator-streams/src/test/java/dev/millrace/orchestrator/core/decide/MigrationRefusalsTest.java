package dev.millrace.orchestrator.core.decide;

import static dev.millrace.orchestrator.core.Definitions.guarded;
import static dev.millrace.orchestrator.core.Definitions.step;
import static dev.millrace.orchestrator.core.decide.Versions.CHAIN;
import static dev.millrace.orchestrator.core.decide.Versions.code;
import static dev.millrace.orchestrator.core.decide.Versions.compile;
import static dev.millrace.orchestrator.core.decide.Versions.events;
import static dev.millrace.orchestrator.core.decide.Versions.json;
import static dev.millrace.orchestrator.core.decide.Versions.refused;
import static dev.millrace.orchestrator.core.decide.Versions.source;
import static dev.millrace.orchestrator.core.decide.Versions.version;
import static dev.millrace.orchestrator.core.decide.Versions.with;
import static dev.millrace.orchestrator.core.decide.Versions.withFinally;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.definition.Compensation;
import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.Timeouts;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.event.ControlRefused;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Failure;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MigrationRefusalsTest {
  @Test
  void versionsThatAreNotOnesAreRefused() {
    TestWorkflow workflow = TestWorkflow.started(CHAIN).register(CHAIN);

    assertThat(code(workflow.migrate(9, false))).isEqualTo("migration-unknown-version");
    assertThat(code(workflow.migrate(1, false))).isEqualTo("migration-same-version");
    workflow.cancel("enough");
    assertThat(code(workflow.migrate(1, false))).isEqualTo("workflow-ended");
  }

  @Test
  void definitionOfTheWorkflowsOwnIsRefused() {
    TestWorkflow workflow =
        new TestWorkflow(CHAIN).register(version(2, step("a"), step("b", "a"), step("d", "b")));
    workflow.bringDefinition();
    workflow.start();

    assertThat(code(workflow.migrate(2, false))).isEqualTo("migration-own-definition");
  }

  @Test
  void workflowThatIsEndingIsRefused() {
    WorkflowDefinition first = source(1, step("a"));
    CompiledDefinition withFinally = compile(withFinally(first, step("f")));
    TestWorkflow workflow =
        TestWorkflow.started(withFinally)
            .register(compile(withFinally(source(2, step("a"), step("b")), step("f"))));
    workflow.succeed("a", 1);

    assertThat(code(workflow.migrate(2, false))).isEqualTo("migration-ending");
  }

  @Test
  void queueWithoutATopicIsRefused() {
    StepDefinition elsewhere =
        StepDefinition.work("b", "type", "elsewhere", List.of("a"), Duration.ZERO, null);
    assertThat(refused(CHAIN, version(2, step("a"), elsewhere)))
        .isEqualTo("migration-missing-queue");
  }

  @Test
  void stepThatIsUnderWayMustBeTheSameInWhatHoldsIt() {
    StepDefinition other =
        StepDefinition.work("a", "other", "queue", List.of(), Duration.ZERO, null);
    StepDefinition forEach =
        new StepDefinition(
            "a",
            step("a").action(),
            List.of(),
            null,
            null,
            Timeouts.startToClose(Duration.ZERO),
            null,
            List.of(),
            null,
            new ForEach("input", 0, 1, 0, false),
            null,
            null,
            null);
    assertThat(refused(CHAIN, version(2, other))).isEqualTo("migration-step-under-way");
    assertThat(refused(CHAIN, version(2, guarded("a", Duration.ofSeconds(1)))))
        .isEqualTo("migration-step-under-way");
    assertThat(refused(CHAIN, version(2, forEach))).isEqualTo("migration-step-changed");
  }

  @Test
  void waitThatHasBegunMustStayAsItIs() {
    assertThat(refused(CHAIN, version(2, delay("10m")))).isEqualTo("migration-step-changed");
    assertThat(refused(version(1, delay("10m")), version(2, delay("9m"))))
        .isEqualTo("migration-step-under-way");
    assertThat(refused(version(1, delay("10m")), version(2, delay("10m"), step("b")))).isNull();
  }

  private static StepDefinition delay(String duration) {
    return TestStep.of("a").does(new StepAction.Delay(duration)).build();
  }

  @Test
  void fewerAttemptsThanThereHaveBeenAreRefused() {
    TestWorkflow workflow =
        TestWorkflow.started(version(1, guarded("a", Duration.ZERO)))
            .register(version(2, step("a")));
    workflow.fail("a", 1, new Failure("flaky", "no", true));

    assertThat(code(workflow.migrate(2, false))).isEqualTo("migration-attempts");
  }

  @Test
  void attemptThatIsOpenMustBeOneOfThoseThatTheOtherVersionAllows() {
    TestWorkflow workflow =
        TestWorkflow.started(version(1, guarded("a", Duration.ZERO)))
            .register(version(2, step("a")));
    assertThat(code(workflow.migrate(2, true))).isNull();
    workflow.fail("a", 1, new Failure("flaky", "no", true));
    workflow.after(1_000).fireTimer();

    assertThat(events(workflow.migrate(2, false)).getFirst())
        .isInstanceOfSatisfying(
            ControlRefused.class,
            refused ->
                assertThat(refused.message())
                    .isEqualTo(
                        "migration-attempts: step 'a' is at attempt 2, and version 2 allows 1;"
                            + " allow more"));
  }

  @Test
  void stepThatHasBegunMustComeAfterTheSameSteps() {
    assertThat(refused(CHAIN, version(2, step("x"), step("a", "x")))).isEqualTo("migration-order");
    TestWorkflow workflow =
        TestWorkflow.started(version(1, step("a"), step("b"), step("c", "b"), step("d", "a")))
            .register(version(2, step("a"), step("b"), step("c", "a", "b"), step("d", "a")));
    workflow.succeed("a", 1);
    workflow.succeed("b", 1);
    assertThat(code(workflow.migrate(2, false))).isEqualTo("migration-order");
  }

  @Test
  void edgeWhoseOutcomeIsNotKnownAnyMoreIsRefused() {
    StepDefinition onLarge = with(step("c"), List.of(new Dependency("a", "output > 5", null)));
    TestWorkflow workflow =
        TestWorkflow.started(version(1, step("a"), step("b", "a")))
            .register(version(2, step("a"), step("b", "a"), onLarge));
    workflow.succeed("a", 1, json("7"));
    assertThat(code(workflow.migrate(2, false))).isEqualTo("migration-edge-decided");

    StepDefinition routed =
        with(
            step("a"),
            List.of(new FailureRule(List.of("*"), new FailureRule.Reaction.Route("b"))),
            null,
            null);
    TestWorkflow failed =
        TestWorkflow.started(version(1, routed, step("b")))
            .register(version(2, routed, step("b"), step("c", "a")));
    failed.fail("a", 1, new Failure("bad", "no", false));
    assertThat(code(failed.migrate(2, false))).isEqualTo("migration-edge-decided");
  }

  @Test
  void failureThatSomethingElseWouldFollowFromIsRefused() {
    List<FailureRule> goOn =
        List.of(new FailureRule(List.of("*"), new FailureRule.Reaction.GoOn()));
    TestWorkflow workflow =
        TestWorkflow.started(version(1, with(step("a"), goOn, null, null), step("b")))
            .register(version(2, step("a"), step("b")));
    workflow.fail("a", 1, new Failure("bad", "no", false));

    assertThat(code(workflow.migrate(2, false))).isEqualTo("migration-failure-rules");
  }

  @Test
  void outputThatWasNotKeptAndIsReadNowIsRefused() {
    TestWorkflow workflow =
        TestWorkflow.started(version(1, step("a"), step("b")))
            .register(version(2, step("a"), step("b"), step("c", "a")));
    workflow.succeed("a", 1, json("7"));

    assertThat(code(workflow.migrate(2, false))).isEqualTo("migration-output-lost");
  }

  @Test
  void compensationOfOneVersionOnlyIsRefusedOnceItsStepHasSucceeded() {
    Compensation undo = new Compensation("undo", "queue", null, Duration.ZERO, null);
    StepDefinition undone = with(step("a"), List.of(), undo, null);
    TestWorkflow workflow =
        TestWorkflow.started(version(1, undone, step("b")))
            .register(version(2, step("a"), step("b"), step("c")));
    assertThat(code(workflow.migrate(2, true))).isNull();
    workflow.succeed("a", 1);

    assertThat(code(workflow.migrate(2, false))).isEqualTo("migration-compensation");
  }
}
