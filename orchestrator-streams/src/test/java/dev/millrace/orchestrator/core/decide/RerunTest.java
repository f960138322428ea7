package dev.millrace.orchestrator.core.decide;

import static dev.millrace.orchestrator.core.Definitions.guarded;
import static dev.millrace.orchestrator.core.Definitions.step;
import static dev.millrace.orchestrator.core.decide.Decisions.code;
import static dev.millrace.orchestrator.core.decide.Decisions.compiled;
import static dev.millrace.orchestrator.core.decide.Decisions.events;
import static dev.millrace.orchestrator.core.decide.Decisions.payload;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.JoinRule;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepHeld;
import dev.millrace.orchestrator.core.event.StepsReset;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.expression.CelExpressions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Steps that an operator has run again. Every decision is folded and checked on the way. */
class RerunTest {
  private static final Failure BROKEN = new Failure("broken", "for good", false);
  private static final CompiledDefinition CHAIN =
      Definitions.of(step("a"), step("b", "a"), step("c", "b"));

  @Test
  void rerunRunsAStepAndAllThatFollowsAgainWithNewAttempts() {
    TestWorkflow workflow =
        TestWorkflow.started(
            Definitions.of(
                step("a"), step("b", "a"), step("side"), step("join", "b", "side"), step("z")));
    workflow.succeed("a", 1, payload("one"));
    workflow.succeed("b", 1);
    workflow.succeed("side", 1);
    assertThat(workflow.state().stepStatus(3)).isEqualTo(StepStatus.OPEN);

    assertThat(events(workflow.control(new Control.Rerun("a"))))
        .containsExactly(new StepsReset(List.of(0, 1, 3)), new StepDispatched(0, 2, 0));
    assertThat(workflow.state().riding(0)).isNull();
    assertThat(workflow.succeed("join", 1)).isInstanceOf(Decision.Refused.class);

    workflow.succeed("a", 2, payload("two"));
    assertThat(workflow.state().riding(0)).isEqualTo(payload("two"));
    assertThat(events(workflow.succeed("b", 2))).contains(new StepDispatched(3, 2, 0));
    workflow.succeed("join", 2);
    workflow.succeed("z", 1);
    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.SUCCEEDED);
  }

  @Test
  void rerunDropsOutputsWithKeysOfTheirOwn() {
    TestWorkflow workflow = TestWorkflow.started(CHAIN);
    workflow.succeed("a", 1, new Payload("", new byte[10_000]));
    assertThat(workflow.state().isSpilled(0)).isTrue();

    workflow.control(new Control.Rerun("a"));

    assertThat(workflow.state().isSpilled(0)).isFalse();
  }

  @Test
  void rerunForgetsWhichConditionsHeldForItsStepsAndKeepsThoseOfOthers() {
    CompiledDefinition definition =
        compiled(
            step("a"),
            TestStep.of("other").build(),
            TestStep.of("b", "a")
                .after(new Dependency("other", "output == 'yes'", null))
                .join(JoinRule.ALL_DONE)
                .build(),
            TestStep.of("c", "a").after(new Dependency("other", "output == 'yes'", null)).build(),
            step("z"));
    TestWorkflow workflow = TestWorkflow.started(definition);
    workflow.succeed("other", 1, payload("\"no\""));
    workflow.succeed("a", 1);
    assertThat(workflow.state().stepStatus(3)).isEqualTo(StepStatus.SKIPPED);

    workflow.control(new Control.Rerun("a"));
    assertThat(workflow.state().turns(1)).containsExactly(2, 3);
    assertThat(workflow.state().stepStatus(3)).isEqualTo(StepStatus.SKIPPED);
    workflow.succeed("a", 2);

    assertThat(workflow.state().stepStatus(2)).isEqualTo(StepStatus.OPEN);
    assertThat(workflow.state().stepStatus(3)).isEqualTo(StepStatus.SKIPPED);
  }

  @Test
  void skippedStepThatIsRerunRunsWhateverItsConditionSays() {
    TestWorkflow workflow =
        TestWorkflow.started(compiled(TestStep.of("a").when("false").build(), step("b")));
    assertThat(workflow.state().stepStatus(0)).isEqualTo(StepStatus.SKIPPED);

    assertThat(events(workflow.control(new Control.Rerun("a"))))
        .containsExactly(new StepsReset(List.of(0)), new StepDispatched(0, 1, 0));
  }

  @Test
  void rerunOfARunningStepIsRefused() {
    TestWorkflow workflow =
        TestWorkflow.started(Definitions.of(guarded("a", Duration.ZERO), step("b", "a")));

    assertThat(code(workflow.control(new Control.Rerun("a")))).isEqualTo("step-running");
    workflow.fail("a", 1, new Failure("flaky", "again", true));
    assertThat(code(workflow.control(new Control.Rerun("a")))).isEqualTo("step-running");
    assertThat(code(workflow.control(new Control.Rerun("b")))).isEqualTo("step-not-begun");
  }

  @Test
  void stepThatIsRerunIsUndoneOnceThoughItSucceededTwice() {
    TestWorkflow workflow =
        TestWorkflow.started(
            Definitions.of(TestStep.of("a").compensated().build(), step("b"), step("c", "a")));
    workflow.succeed("a", 1);
    workflow.control(new Control.Rerun("a"));
    assertThat(workflow.state().toCompensate()).isEmpty();
    workflow.succeed("a", 2);
    assertThat(workflow.state().toCompensate()).containsExactly(0);

    workflow.fail("b", 1, BROKEN);
    workflow.succeed("compensate:a", 1);

    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.FAILED);
  }

  @Test
  void stepThatIsRerunInAPauseIsHeld() {
    TestWorkflow workflow = TestWorkflow.started(CHAIN);
    workflow.succeed("a", 1);
    workflow.control(new Control.Pause());

    assertThat(events(workflow.control(new Control.Rerun("a"))))
        .containsExactly(new StepsReset(List.of(0, 1)), new StepHeld(0, StepHeld.Reason.PAUSED, 0));
  }

  @Test
  void rerunStepThatFailuresAreRoutedToStillKnowsOfTheFailure() {
    TestWorkflow workflow =
        TestWorkflow.started(
            Definitions.of(
                TestStep.of("a").onFailure(new FailureRule.Reaction.Route("rescue")),
                TestStep.of("p"),
                TestStep.of("rescue", "p").join(JoinRule.ALL),
                TestStep.of("z")));
    workflow.succeed("p", 1);
    workflow.fail("a", 1, BROKEN);
    workflow.succeed("rescue", 1);

    workflow.control(new Control.Rerun("p"));

    assertThat(events(workflow.succeed("p", 2))).contains(new StepDispatched(2, 2, 0));
  }

  @Test
  void rerunThatMakesRoomLetsStepsRunThatWereHeldForWantOfIt() {
    TestWorkflow workflow =
        TestWorkflow.started(
            CompiledDefinition.compile(
                new WorkflowDefinition(
                    "order",
                    7,
                    Duration.ZERO,
                    RetryPolicy.NONE,
                    1,
                    null,
                    List.of(
                        delay("first", "1m"),
                        step("a", "first"),
                        delay("next", "2m"),
                        step("b", "next")),
                    List.of()),
                new CelExpressions()));
    workflow.after(60_000).fireTimer();
    workflow.after(120_000).fireTimer();
    assertThat(workflow.state().stepStatus(1)).isEqualTo(StepStatus.OPEN);
    assertThat(workflow.state().stepStatus(3)).isEqualTo(StepStatus.READY);

    assertThat(events(workflow.control(new Control.Rerun("first"))))
        .contains(new StepDispatched(3, 1, 0));
  }

  private static StepDefinition delay(String id, String duration) {
    return TestStep.of(id).does(new StepAction.Delay(duration)).build();
  }
}
