package dev.millrace.orchestrator.core.decide;

import static dev.millrace.orchestrator.core.Definitions.step;
import static dev.millrace.orchestrator.core.decide.Versions.CHAIN;
import static dev.millrace.orchestrator.core.decide.Versions.code;
import static dev.millrace.orchestrator.core.decide.Versions.compile;
import static dev.millrace.orchestrator.core.decide.Versions.events;
import static dev.millrace.orchestrator.core.decide.Versions.json;
import static dev.millrace.orchestrator.core.decide.Versions.payload;
import static dev.millrace.orchestrator.core.decide.Versions.source;
import static dev.millrace.orchestrator.core.decide.Versions.version;
import static dev.millrace.orchestrator.core.decide.Versions.with;
import static dev.millrace.orchestrator.core.decide.Versions.withFinally;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.Timeouts;
import dev.millrace.orchestrator.core.event.ControlRefused;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.WorkflowMigrated;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Migrations of workflows that operators, signals and heartbeats have left their traces in. */
class MigrationAfterControlsTest {
  private static final Timeouts ONE_HOUR_IN_ALL =
      new Timeouts(Duration.ZERO, Duration.ZERO, Duration.ofHours(1), Duration.ofMinutes(1));

  @Test
  void migrationWithAnIdThatWasAppliedIsRefusedAndOneThatWasRefusedCanBeSentAgain() {
    TestWorkflow workflow = TestWorkflow.started(CHAIN);
    Control migrate = new Control.Migrate(2, false);
    assertThat(code(workflow.control("m", migrate))).isEqualTo("migration-unknown-version");
    workflow.register(version(2, step("a"), step("b", "a"), step("d", "b")));

    assertThat(events(workflow.control("m", migrate)).getFirst())
        .isInstanceOf(WorkflowMigrated.class);
    assertThat(code(workflow.control("m", migrate))).isEqualTo("duplicate-control");
    assertThat(workflow.state().version()).isEqualTo(2);
  }

  @Test
  void pausedWorkflowStartsTheStepsOfTheOtherVersionWhenItIsResumed() {
    TestWorkflow workflow =
        TestWorkflow.started(CHAIN).register(version(2, step("z"), step("a"), step("b", "a")));
    workflow.control(new Control.Pause());
    workflow.migrate(2, false);

    assertThat(workflow.state().isPaused()).isTrue();
    assertThat(workflow.state().stepStatus(0)).isEqualTo(StepStatus.READY);
    assertThat(events(workflow.control(new Control.Resume())))
        .contains(new StepDispatched(0, 1, 0));
  }

  @Test
  void largeProgressAndClocksFollowTheirStepToAnotherPlace() {
    StepDefinition slow = timed("slow", ONE_HOUR_IN_ALL);
    StepDefinition other = timed("other", ONE_HOUR_IN_ALL);
    TestWorkflow workflow =
        TestWorkflow.started(version(1, slow, other))
            .register(version(2, other, step("x"), slow))
            .register(version(3, slow, other));
    workflow.heartbeat("slow", 1, payload(5_000, 1));
    workflow.heartbeat("other", 1, payload(5_000, 2));

    workflow.migrate(2, false);
    assertThat(workflow.progress("slow")).isEqualTo(payload(5_000, 1));
    assertThat(workflow.progress("other")).isEqualTo(payload(5_000, 2));
    workflow.heartbeat("slow", 1, payload(5_000, 3));
    workflow.fail("slow", 1, new Failure("flaky", "no", true));
    workflow.after(30_000).fireTimer();
    assertThat(workflow.progress("slow")).isEqualTo(payload(5_000, 3));
    assertThat(workflow.progress("other")).isEqualTo(payload(5_000, 2));
    workflow.after(3_600_000).fireTimer();
    assertThat(workflow.state().status().hasEnded()).isTrue();
  }

  @Test
  void otherTimeOutsAreRefusedWhileTheTimeOfAStepRuns() {
    TestWorkflow workflow =
        TestWorkflow.started(version(1, timed("slow", ONE_HOUR_IN_ALL)))
            .register(version(2, timed("slow", Timeouts.NONE)));
    workflow.fail("slow", 1, new Failure("flaky", "no", true));
    assertThat(workflow.state().stepStatus(0)).isEqualTo(StepStatus.BACKING_OFF);

    assertThat(code(workflow.migrate(2, false))).isEqualTo("migration-step-under-way");
  }

  @Test
  void rerunAfterAMigrationStillKnowsWhichConditionsDidNotHold() {
    StepDefinition large = with(step("large"), List.of(new Dependency("a", "output > 5", null)));
    TestWorkflow workflow =
        TestWorkflow.started(version(1, step("a"), step("p"), large, step("c", "p", "large")))
            .register(version(2, step("p"), step("x"), large, step("c", "p", "large"), step("a")));
    workflow.succeed("a", 1, json("1"));
    assertThat(workflow.state().stepStatus(2)).isEqualTo(StepStatus.SKIPPED);

    workflow.migrate(2, false);
    workflow.succeed("p", 1);
    assertThat(workflow.state().turns(4)).containsExactly(2);
    workflow.control(new Control.Rerun("a"));
    assertThat(events(workflow.succeed("a", 2, json("7")))).contains(new StepDispatched(2, 1, 0));
  }

  @Test
  void keptSignalIsTakenByTheStepOfTheOtherVersion() {
    TestWorkflow workflow =
        TestWorkflow.started(version(1, step("a"), await("e", null, "a")))
            .register(version(2, step("x"), step("a"), await("e", null, "a")));
    workflow.control(new Control.Signal("approve", json("true")));
    workflow.migrate(2, false);

    assertThat(events(workflow.succeed("a", 1)))
        .contains(
            new StepSucceeded(2, 1, json("true"), List.of(), StepSucceeded.Source.KEPT_SIGNAL));
  }

  @Test
  void keptSignalThatNothingOrSomethingElseWouldTakeIsRefused() {
    TestWorkflow workflow =
        TestWorkflow.started(version(1, step("a"), await("e", null, "a")))
            .register(version(2, step("a"), step("z")))
            .register(version(3, step("a"), await("e", "{\"type\":\"object\"}", "a")));
    assertThat(isPossible(workflow, 2)).isTrue();
    assertThat(isPossible(workflow, 3)).isTrue();
    workflow.control(new Control.Signal("approve", json("true")));

    assertThat(code(workflow.migrate(2, false))).isEqualTo("migration-signal-kept");
    assertThat(code(workflow.migrate(3, false))).isEqualTo("migration-signal-kept");
  }

  @Test
  void newStepThatWouldTakeAKeptSignalMustAskForNoOtherContent() {
    StepDefinition first = await("e", null, "a");
    TestWorkflow workflow =
        TestWorkflow.started(version(1, step("a"), first))
            .register(version(2, step("a"), first, await("e2", "{\"type\":\"object\"}", "a")))
            .register(version(3, step("a"), first, await("e2", null, "a")));
    workflow.control(new Control.Signal("approve", json("true")));

    assertThat(code(workflow.migrate(2, false))).isEqualTo("migration-signal-kept");
    assertThat(code(workflow.migrate(3, false))).isNull();
  }

  @Test
  void stepThatIsDoneTakesNoKeptSignal() {
    StepDefinition done = await("done", null);
    TestWorkflow workflow =
        TestWorkflow.started(version(1, done, step("a"), await("e", null, "a")))
            .register(version(2, done, step("a"), step("z")))
            .register(version(3, done, step("a"), await("other", null, "a")));
    workflow.control(new Control.Signal("approve", json("1")));
    workflow.control(new Control.Signal("approve", json("2")));

    assertThat(code(workflow.migrate(2, false))).isEqualTo("migration-signal-kept");
    assertThat(code(workflow.migrate(3, false))).isNull();
  }

  @Test
  void keptSignalIsTakenByAFinallyStepOfTheOtherVersion() {
    StepDefinition last = await("last", null);
    TestWorkflow workflow =
        TestWorkflow.started(compile(withFinally(source(1, step("a")), last)))
            .register(compile(withFinally(source(2, step("a")), step("z"))))
            .register(compile(withFinally(source(3, step("a"), step("b", "a")), last)));
    workflow.control(new Control.Signal("approve", json("true")));

    assertThat(code(workflow.migrate(2, false))).isEqualTo("migration-signal-kept");
    assertThat(code(workflow.migrate(3, false))).isNull();
    workflow.succeed("a", 1);
    workflow.succeed("b", 1);
    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.SUCCEEDED);
  }

  @Test
  void stepThatHasHadAttemptsMustNotBeForgotten() {
    TestWorkflow workflow =
        TestWorkflow.started(version(1, step("a"), step("b")))
            .register(version(2, step("b"), step("c")));
    workflow.control(new Control.SkipStep("a"));

    assertThat(events(workflow.migrate(2, false)))
        .singleElement()
        .isInstanceOfSatisfying(
            ControlRefused.class,
            refused -> assertThat(refused.code()).isEqualTo("migration-step-forgotten"));
  }

  private static boolean isPossible(TestWorkflow workflow, int version) {
    return Versions.report(workflow.migrate(version, true)).contains("\"list\":[]");
  }

  private static StepDefinition timed(String id, Timeouts timeouts) {
    return of(id, new StepAction.Work("type", "queue", null), timeouts);
  }

  private static StepDefinition await(String id, @Nullable String schema, String... dependsOn) {
    return of(id, new StepAction.AwaitSignal("approve", schema, null), Timeouts.NONE, dependsOn);
  }

  private static StepDefinition of(
      String id, StepAction action, Timeouts timeouts, String... dependsOn) {
    boolean isWork = action instanceof StepAction.Work;
    return new StepDefinition(
        id,
        action,
        List.of(dependsOn).stream().map(Dependency::on).toList(),
        null,
        null,
        timeouts,
        isWork ? Definitions.THREE_ATTEMPTS : null,
        List.of(),
        null,
        null,
        null,
        null,
        null);
  }
}
