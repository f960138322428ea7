package dev.millrace.orchestrator.core.decide;

import static dev.millrace.orchestrator.core.Definitions.guarded;
import static dev.millrace.orchestrator.core.Definitions.step;
import static dev.millrace.orchestrator.core.decide.Versions.CHAIN;
import static dev.millrace.orchestrator.core.decide.Versions.code;
import static dev.millrace.orchestrator.core.decide.Versions.effects;
import static dev.millrace.orchestrator.core.decide.Versions.events;
import static dev.millrace.orchestrator.core.decide.Versions.json;
import static dev.millrace.orchestrator.core.decide.Versions.payload;
import static dev.millrace.orchestrator.core.decide.Versions.version;
import static dev.millrace.orchestrator.core.decide.Versions.with;
import static dev.millrace.orchestrator.core.decide.Versions.withJoin;
import static dev.millrace.orchestrator.core.decide.Versions.withWhen;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.definition.Compensation;
import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.JoinRule;
import dev.millrace.orchestrator.core.definition.ResultCache;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.effect.DispatchStep;
import dev.millrace.orchestrator.core.event.MigrationTried;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepSkipped;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.event.WorkflowMigrated;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MigrationTest {
  @Test
  void migratedWorkflowGoesOnToItsEndWithTheStepsOfTheOtherVersion() {
    CompiledDefinition other =
        version(2, step("z"), step("a"), step("x", "a"), step("b", "a"), step("d", "b", "x", "z"));
    TestWorkflow workflow = TestWorkflow.started(CHAIN).register(other);
    workflow.succeed("a", 1, json("1"));

    Decision decision = workflow.migrate(2, false);

    assertThat(events(decision).getFirst()).isInstanceOf(WorkflowMigrated.class);
    assertThat(events(decision).subList(1, events(decision).size()))
        .containsExactly(new StepDispatched(0, 1, 0), new StepDispatched(2, 1, 0));
    assertThat(effects(decision))
        .containsExactly(new DispatchStep(0, 1, 0), new DispatchStep(2, 1, 0));
    assertThat(workflow.state().version()).isEqualTo(2);
    assertThat(workflow.state().definitionFingerprint()).isEqualTo(other.fingerprint());
    assertThat(workflow.output("a")).isEqualTo(json("1"));
    workflow.succeed("x", 1);
    workflow.succeed("b", 1);
    workflow.succeed("z", 1);
    assertThat(events(workflow.succeed("d", 1)))
        .containsExactly(
            new StepSucceeded(4, 1, null), new WorkflowEnded(WorkflowStatus.SUCCEEDED, null));
  }

  @Test
  void reportSaysWhichStepsAreAddedRemovedAndChanged() {
    TestWorkflow workflow =
        TestWorkflow.started(CHAIN)
            .register(version(2, step("a"), guarded("b", Duration.ofSeconds(1), "a"), step("d")));

    assertThat(((WorkflowMigrated) events(workflow.migrate(2, false)).getFirst()).report())
        .isEqualTo(
            json(
                """
                {"version":2,"added":{"count":1,"steps":["d"]},\
                "removed":{"count":1,"steps":["c"]},"changed":{"count":1,"steps":["b"]},\
                "breaches":{"count":0,"list":[]}}"""));
  }

  @Test
  void dryRunSaysWhatWouldBeAndChangesNothingButTheLog() {
    TestWorkflow workflow =
        TestWorkflow.started(CHAIN).register(version(2, step("b"), step("c", "b")));
    workflow.succeed("a", 1);
    long sequence = workflow.state().nextSequence();

    Decision decision = workflow.migrate(2, true);

    assertThat(effects(decision)).isEmpty();
    assertThat(events(decision))
        .singleElement()
        .isInstanceOfSatisfying(
            MigrationTried.class,
            tried -> {
              assertThat(tried.version()).isEqualTo(2);
              assertThat(new String(tried.report().data(), UTF_8))
                  .contains("\"removed\":{\"count\":1,\"steps\":[\"a\"]}")
                  .contains("\"breaches\":{\"count\":2")
                  .contains("\"code\":\"migration-step-removed\"")
                  .contains("step 'a' is SUCCEEDED");
            });
    assertThat(workflow.state().version()).isOne();
    assertThat(workflow.state().nextSequence()).isEqualTo(sequence + 1);
    workflow.succeed("b", 1);
    assertThat(events(workflow.succeed("c", 1))).last().isInstanceOf(WorkflowEnded.class);
  }

  @Test
  void workflowEndsAtOnceWhenTheOtherVersionHasNothingLeftToDo() {
    TestWorkflow workflow = TestWorkflow.started(CHAIN).register(version(2, step("a")));
    workflow.succeed("a", 1);
    assertThat(code(workflow.migrate(2, false))).isEqualTo("migration-step-removed");
    workflow.succeed("b", 1);

    TestWorkflow early = TestWorkflow.started(CHAIN).register(version(2, step("a")));
    early.migrate(2, false);
    assertThat(events(early.succeed("a", 1))).last().isInstanceOf(WorkflowEnded.class);
  }

  @Test
  void attemptsDeadlinesAndRetriesGoOnWhereTheyWere() {
    TestWorkflow workflow =
        TestWorkflow.started(version(1, guarded("a", Duration.ofSeconds(10)), step("b", "a")))
            .register(
                version(2, step("x"), step("b", "a", "x"), guarded("a", Duration.ofSeconds(10))));
    workflow.fail("a", 1, new Failure("flaky", "no", true));
    workflow.migrate(2, false);
    assertThat(workflow.state().stepStatus(2)).isEqualTo(StepStatus.BACKING_OFF);

    assertThat(effects(workflow.after(1_000).fireTimer()))
        .contains(new DispatchStep(2, 2, TestWorkflow.START_MS + 11_000));
    workflow.succeed("x", 1);
    assertThat(effects(workflow.succeed("a", 2))).containsExactly(new DispatchStep(1, 1, 0));
  }

  @Test
  void outputsWithKeysOfTheirOwnKeepThemWhenTheirStepsMoveAndNewOnesTakeNone() {
    CompiledDefinition second =
        version(2, step("new"), step("a"), step("b"), step("c", "a", "b", "new"));
    CompiledDefinition third =
        version(3, step("b"), step("a"), step("new"), step("c", "a", "b", "new"));
    TestWorkflow workflow =
        TestWorkflow.started(version(1, step("a"), step("b"), step("c", "a", "b")))
            .register(second)
            .register(third);
    workflow.succeed("a", 1, payload(300, 1));
    workflow.migrate(2, false);
    workflow.succeed("new", 1, payload(300, 3));
    workflow.succeed("b", 1, payload(300, 2));
    workflow.migrate(3, false);

    assertThat(workflow.output("a")).isEqualTo(payload(300, 1));
    assertThat(workflow.output("b")).isEqualTo(payload(300, 2));
    assertThat(workflow.output("new")).isEqualTo(payload(300, 3));
    workflow.succeed("c", 1);
    assertThat(workflow.state().spilledSlots()).isEmpty();
  }

  @Test
  void openAttemptKeepsTheKeyOfItsResultWhileTheStepHasACache() {
    StepDefinition cached =
        with(step("a"), List.of(), null, new ResultCache(null, Duration.ofHours(1)));
    TestWorkflow workflow =
        TestWorkflow.started(version(1, cached))
            .register(version(2, step("x"), cached))
            .register(version(3, step("x"), step("a")));
    String key = workflow.state().resultKey(0);
    workflow.migrate(2, false);
    assertThat(workflow.state().resultKey(1)).isEqualTo(key).isNotNull();
    workflow.migrate(3, false);
    assertThat(workflow.state().resultKey(1)).isNull();
    assertThat(effects(workflow.succeed("a", 1))).isEmpty();
  }

  @Test
  void stepsThatSucceededAreStillUndoneInTheirOrder() {
    Compensation undo = new Compensation("undo", "queue", null, Duration.ZERO, null);
    StepDefinition a = with(step("a"), List.of(), undo, null);
    StepDefinition b = with(step("b", "a"), List.of(), undo, null);
    TestWorkflow workflow =
        TestWorkflow.started(version(1, a, b, step("c", "b")))
            .register(version(2, step("x"), a, b, step("c", "b")));
    workflow.succeed("a", 1);
    workflow.succeed("b", 1);
    workflow.migrate(2, false);

    workflow.fail("c", 1, new Failure("bad", "no", false));
    assertThat(workflow.state().stepStatus(5)).isEqualTo(StepStatus.OPEN);
    workflow.succeed("compensate:b", 1);
    assertThat(events(workflow.succeed("compensate:a", 1)))
        .last()
        .isInstanceOf(WorkflowEnded.class);
  }

  @Test
  void waitingStepWithTheSameWayToItKeepsWhatItsConditionsGave() {
    StepDefinition join =
        with(step("c"), List.of(new Dependency("a", "output > 5", null), Dependency.on("b")));
    TestWorkflow workflow =
        TestWorkflow.started(version(1, step("a"), step("b"), withJoin(join, JoinRule.ANY)))
            .register(version(2, step("x"), step("a"), step("b"), withJoin(join, JoinRule.ANY)));
    workflow.succeed("a", 1, json("1"));
    int waitsFor = workflow.state().join(2);
    workflow.migrate(2, false);

    assertThat(workflow.state().join(3)).isEqualTo(waitsFor);
    assertThat(effects(workflow.succeed("b", 1))).containsExactly(new DispatchStep(3, 1, 0));
  }

  @Test
  void newStepAfterASkippedOneIsSkipped() {
    StepDefinition never = withWhen(step("b", "a"), "false");
    TestWorkflow workflow =
        TestWorkflow.started(version(1, step("a"), never, step("c", "a")))
            .register(version(2, step("a"), never, step("c", "a"), step("d", "b")));
    workflow.succeed("a", 1);

    assertThat(events(workflow.migrate(2, false)))
        .contains(new StepSkipped(3, StepSkipped.Reason.DEPENDENCIES));
  }
}
