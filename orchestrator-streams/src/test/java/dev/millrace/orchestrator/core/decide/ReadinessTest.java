package dev.millrace.orchestrator.core.decide;

import static dev.millrace.orchestrator.core.TestWorkflow.START_MS;
import static dev.millrace.orchestrator.core.decide.Decisions.events;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.definition.DeliveryWindow;
import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.FailureRule.Reaction;
import dev.millrace.orchestrator.core.definition.JoinRule;
import dev.millrace.orchestrator.core.definition.Repeat;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepAction.Case;
import dev.millrace.orchestrator.core.effect.ArmTimer;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.StepHeld;
import dev.millrace.orchestrator.core.event.StepRepeated;
import dev.millrace.orchestrator.core.event.StepSkipped;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.nio.charset.StandardCharsets;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadinessTest {
  private static final Failure BROKEN = new Failure("broken", "for good", false);
  private static final Payload OUTPUT = new Payload("", new byte[] {1, 2, 3});

  @Test
  void stepWhoseConditionDoesNotHoldIsSkippedAndSoIsWhatNeedsIt() {
    TestWorkflow workflow =
        new TestWorkflow(
            Definitions.of(
                TestStep.of("a").when("false"),
                TestStep.of("b", "a"),
                TestStep.of("c", "a").join(JoinRule.ALL_DONE)));

    assertThat(events(workflow.start()).subList(1, 4))
        .containsExactly(
            new StepSkipped(0, StepSkipped.Reason.CONDITION),
            new StepSkipped(1, StepSkipped.Reason.DEPENDENCIES),
            new StepDispatched(2, 1, 0));
  }

  @Test
  void conditionsOfEdgesSeeTheOutputAlsoByTheNameOfItsStep() {
    TestWorkflow workflow =
        TestWorkflow.started(
            Definitions.of(
                TestStep.of("a"),
                TestStep.of("b").after(new Dependency("a", "given a", null)),
                TestStep.of("c").after(new Dependency("a", "false", null))));

    assertThat(events(workflow.succeed("a", 1, OUTPUT)))
        .containsExactly(
            new StepSucceeded(0, 1, OUTPUT, List.of(2)),
            new StepDispatched(1, 1, 0),
            new StepSkipped(2, StepSkipped.Reason.DEPENDENCIES));
  }

  @Test
  void repetitionSeesTheOutputAlsoByTheNameOfItsStep() {
    TestWorkflow workflow =
        TestWorkflow.started(
            Definitions.of(
                TestStep.of("a").repeat(new Repeat("given a", Duration.ofSeconds(5), 9))));

    Decision again = workflow.after(1_000).succeed("a", 1, null);

    assertThat(again)
        .isEqualTo(
            new Decision.Accepted(
                List.of(new StepRepeated(0, 1, START_MS + 6_000)),
                List.of(new ArmTimer(START_MS + 6_000))));
    workflow.after(6_000).fireTimer();
    workflow.succeed("a", 2, OUTPUT);
    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.SUCCEEDED);
  }

  @Test
  void failedStepSatisfiesNoDependencyWithACondition() {
    TestWorkflow workflow =
        TestWorkflow.started(
            Definitions.of(
                TestStep.of("a").onFailure(new Reaction.GoOn()),
                TestStep.of("b").after(new Dependency("a", "true", null)),
                TestStep.of("c", "a")));

    assertThat(events(workflow.fail("a", 1, BROKEN)).subList(1, 3))
        .containsExactly(
            new StepSkipped(1, StepSkipped.Reason.DEPENDENCIES), new StepDispatched(2, 1, 0));
  }

  @Test
  void failureThatIsToBeTriedAgainFailsTheWorkflowAfterTheLastAttempt() {
    Failure fatal = new Failure("fatal", "never tried again but for the rule", true);
    TestWorkflow workflow =
        TestWorkflow.started(
            Definitions.of(
                TestStep.of("a")
                    .retry(Definitions.THREE_ATTEMPTS)
                    .onFailure(new Reaction.Retry(), "fatal")));
    workflow.fail("a", 1, fatal);
    workflow.after(1_000).fireTimer();
    workflow.fail("a", 2, fatal);
    workflow.after(3_000).fireTimer();

    assertThat(events(workflow.fail("a", 3, fatal))).contains(new StepFailed(0, 3, fatal));
    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.FAILED);
  }

  @Test
  void joinThatBearsNoFailureBearsNoneThatIsRouted() {
    TestWorkflow workflow =
        TestWorkflow.started(
            Definitions.of(
                TestStep.of("a").onFailure(new Reaction.Route("rescue")),
                TestStep.of("rescue"),
                TestStep.of("b", "a").join(JoinRule.NONE_FAILED)));
    assertThat(workflow.state().stepStatus(1)).isEqualTo(StepStatus.WAITING);

    assertThat(events(workflow.fail("a", 1, BROKEN)).subList(1, 3))
        .containsExactly(
            new StepDispatched(1, 1, 0), new StepSkipped(2, StepSkipped.Reason.DEPENDENCIES));
  }

  @Test
  void firstCaseThatHoldsIsChosenAndLeadsOn() {
    StepAction choose =
        new StepAction.Choose(
            List.of(new Case("x", "false"), new Case("y", "true"), new Case("z", null)));
    TestWorkflow workflow =
        new TestWorkflow(
            Definitions.of(
                TestStep.of("route").does(choose),
                TestStep.of("x").after(new Dependency("route", null, "x")),
                TestStep.of("y").after(new Dependency("route", "true", "y"))));

    assertThat(events(workflow.start()).subList(1, 4))
        .containsExactly(
            new StepSucceeded(
                0, 1, new Payload("", "\"y\"".getBytes(StandardCharsets.UTF_8)), List.of(1)),
            new StepSkipped(1, StepSkipped.Reason.DEPENDENCIES),
            new StepDispatched(2, 1, 0));
  }

  @Test
  void stepsBeyondTheLimitAreHeldAndReleasedInTheirOrder() {
    TestWorkflow workflow =
        new TestWorkflow(
            Definitions.limited(
                1, null, List.of(TestStep.of("a"), TestStep.of("b"), TestStep.of("c"))));

    assertThat(events(workflow.start()).subList(1, 4))
        .containsExactly(
            new StepDispatched(0, 1, 0),
            new StepHeld(1, StepHeld.Reason.MAX_PARALLEL, 0),
            new StepHeld(2, StepHeld.Reason.MAX_PARALLEL, 0));
    assertThat(events(workflow.succeed("a", 1))).contains(new StepDispatched(1, 1, 0)).hasSize(2);
  }

  @Test
  void stepWaitsForItsWindow() {
    DeliveryWindow window =
        new DeliveryWindow(
            ZoneOffset.UTC, EnumSet.allOf(DayOfWeek.class), LocalTime.of(1, 0), LocalTime.of(2, 0));
    TestWorkflow workflow = new TestWorkflow(Definitions.of(TestStep.of("a").window(window)));
    long opensAtMs = Duration.ofHours(1).toMillis();

    Decision decision = workflow.start();

    assertThat(events(decision).get(1))
        .isEqualTo(new StepHeld(0, StepHeld.Reason.WINDOW, opensAtMs));
    assertThat(((Decision.Accepted) decision).effects()).containsExactly(new ArmTimer(opensAtMs));
    assertThat(events(workflow.after(opensAtMs - START_MS - 1).fireTimer())).isEmpty();
    assertThat(events(workflow.after(opensAtMs - START_MS).fireTimer()))
        .containsExactly(new StepDispatched(0, 1, 0));
  }

  @Test
  void stepFailsWithTheExpressionThatHasNoValue() {
    for (TestStep step :
        List.of(
            TestStep.of("a").when("broken"),
            TestStep.of("a").does(new StepAction.Work("type", "queue", "broken")),
            TestStep.of("a").does(new StepAction.SetValue("broken")),
            TestStep.of("a").does(new StepAction.Delay("broken")),
            TestStep.of("a").does(new StepAction.Until("broken")),
            TestStep.of("a").does(new StepAction.Choose(List.of(new Case("x", "broken")))))) {
      assertThat(events(new TestWorkflow(Definitions.of(step)).start()).get(1))
          .isEqualTo(
              new StepFailed(
                  0, 0, new Failure(Failure.EXPRESSION, "'broken' has no value", false)));
    }
  }
}
