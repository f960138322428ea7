package dev.millrace.orchestrator.core.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.TestWorkflow;
import dev.millrace.orchestrator.core.definition.Repeat;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.effect.ArmTimer;
import dev.millrace.orchestrator.core.effect.CancelWorkflow;
import dev.millrace.orchestrator.core.effect.Effect;
import dev.millrace.orchestrator.core.effect.StartWorkflow;
import dev.millrace.orchestrator.core.effect.TellParent;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Workflows that start others, or were started by one. */
class ChildrenTest {
  private static final Failure BROKEN = new Failure("broken", "for good", false);
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final StepAction SHIP =
      new StepAction.StartChild("ship", 0, null, null, false, true);

  @Test
  void childOfAFinallyStepGoesOnWhenAnotherFinallyStepFails() {
    TestWorkflow workflow =
        TestWorkflow.started(
            Definitions.withFinally(
                List.of(TestStep.of("a")), TestStep.of("f").does(SHIP), TestStep.of("g")));
    workflow.succeed("a", 1);

    assertThat(effects(workflow.fail("g", 1, BROKEN))).noneMatch(CancelWorkflow.class::isInstance);
    assertThat(workflow.state().stepStatus(1)).isEqualTo(StepStatus.SUSPENDED);

    workflow.succeed("f", 1);
    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.FAILED);
  }

  @Test
  void parentOfAWorkflowThatFailsAtLastIsToldNoOutput() {
    CompiledDefinition definition =
        Definitions.limited(0, "chance 1 of input", List.of(TestStep.of("a")), TestStep.of("f"));
    Parent parent = new Parent("above", "step", 1, 1);
    TestWorkflow workflow = new TestWorkflow(definition);
    workflow.start(parent);
    workflow.succeed("a", 1);
    assertThat(workflow.state().outcome()).isNotNull();

    assertThat(effects(workflow.control(new Control.Terminate("now"))))
        .contains(
            new TellParent(
                parent, null, new Failure("child.terminated", "workflow 'order-1': now", false)));
  }

  private static Decision startWithChild(String id) {
    StepAction start = new StepAction.StartChild("ship", 3, id, null, false, true);
    return new TestWorkflow(Decisions.compiled(TestStep.of("a").does(start).build()))
        .start(Decisions.payload("{\"id\":\"ship-1\",\"none\":\"\"}"), "acme", 0);
  }

  private static Decision startAt(int depth) {
    return new TestWorkflow(Definitions.of(TestStep.of("a").does(SHIP)))
        .start(new Parent("above", "step", 1, depth));
  }

  private static List<String> started(Decision decision) {
    return effects(decision).stream()
        .filter(StartWorkflow.class::isInstance)
        .map(effect -> ((StartWorkflow) effect).workflowId())
        .toList();
  }

  private static Failure whyItFailed(Decision decision) {
    return Decisions.events(decision).stream()
        .filter(StepFailed.class::isInstance)
        .map(event -> ((StepFailed) event).failure())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void childIsStartedUnderItsParentWithTheInputOfTheWorkflow() {
    TestWorkflow workflow =
        new TestWorkflow(Definitions.of(TestStep.of("a").does(SHIP).timeout(LIMIT)));

    assertThat(effects(workflow.start(Decisions.payload("1"), "acme", 0)))
        .containsExactlyInAnyOrder(
            new StartWorkflow(
                "order-1.a.1", "ship", 0, Decisions.payload("1"), new Parent("order-1", "a", 1, 1)),
            new ArmTimer(TestWorkflow.START_MS + LIMIT.toMillis()));
  }

  @Test
  void childThatDoesNotEndInTimeIsCancelledAndFailsTheStep() {
    TestWorkflow workflow =
        TestWorkflow.started(Definitions.of(TestStep.of("a").does(SHIP).timeout(LIMIT)));

    assertThat(effects(workflow.after(LIMIT.toMillis()).fireTimer()))
        .contains(
            new CancelWorkflow(
                "order-1.a.1", new Parent("order-1", "a", 1, 1), "it did not end in time"));
    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.FAILED);
  }

  @Test
  void onlyTheParentThatAWorkflowWasStartedForCancelsItAsItsParent() {
    Parent parent = new Parent("above", "step", 7, 2, 1);
    for (Parent other :
        List.of(
            new Parent("other", "step", 7, 2, 1),
            new Parent("above", "other", 7, 2, 1),
            new Parent("above", "step", 8, 2, 1),
            new Parent("above", "step", 7, 1, 1))) {
      TestWorkflow workflow = new TestWorkflow(Definitions.of(TestStep.of("a")));
      workflow.start(parent);
      assertThat(workflow.control(new Control.Cancel("let go", other)))
          .isInstanceOfSatisfying(
              Decision.Refused.class,
              refused -> assertThat(refused.reason()).isEqualTo(Refusal.NOT_ITS_PARENT));
      assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.RUNNING);
    }
    TestWorkflow workflow = new TestWorkflow(Definitions.of(TestStep.of("a")));
    workflow.start(parent);
    workflow.control(new Control.Cancel("let go", parent));
    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.CANCELLED);
    TestWorkflow ofNobody = TestWorkflow.started(Definitions.of(TestStep.of("a")));
    ofNobody.control(new Control.Cancel("let go", parent));
    assertThat(ofNobody.state().status()).isEqualTo(WorkflowStatus.RUNNING);
  }

  @Test
  void detachedChildIsStartedAndNotWaitedFor() {
    StepAction start = new StepAction.StartChild("ship", 3, null, null, true, true);
    TestWorkflow workflow = new TestWorkflow(Definitions.of(TestStep.of("a").does(start)));

    assertThat(effects(workflow.start()))
        .containsExactly(new StartWorkflow("order-1.a.1", "ship", 3, null, null));
    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.SUCCEEDED);
  }

  @Test
  void childMayBeGivenAnId() {
    String longest = "x".repeat(256);
    assertThat(started(startWithChild("${input.id}"))).containsExactly("ship-1");
    assertThat(started(startWithChild(longest))).containsExactly(longest);
    assertThat(started(startWithChild("a b"))).containsExactly("a b");
  }

  @Test
  void idThatIsNoneFailsTheStep() {
    for (String id : List.of("x".repeat(257), "${input.none}", "a\tb", "a\u007f")) {
      assertThat(whyItFailed(startWithChild(id)).type()).as(id).isEqualTo(Failure.CHILD_ID);
    }
  }

  @Test
  void idThatIsNoTextFailsTheStep() {
    assertThat(whyItFailed(startWithChild("${[input.id]}")))
        .isEqualTo(
            new Failure(
                Failure.EXPRESSION,
                "expression '[input.id]' at offset 2: it gives a list, and a text, a whole number or a boolean is needed",
                false));
  }

  @Test
  void workflowsMayBeSixteenDeepAndNoMore() {
    assertThat(started(startAt(15))).hasSize(1);
    assertThat(whyItFailed(startAt(16)))
        .isEqualTo(
            new Failure(
                Failure.CHILD_DEPTH,
                "the child would be 17 workflows deep, at most 16 are allowed",
                false));
  }

  @Test
  void childThatIsNotWaitedForAnyMoreIsCancelled() {
    for (Control control :
        List.of(
            new Control.Cancel("enough"),
            new Control.Terminate("enough"),
            new Control.ResolveStep("a", null),
            new Control.SkipStep("a"))) {
      TestWorkflow workflow =
          TestWorkflow.started(Definitions.of(TestStep.of("a").does(SHIP), TestStep.of("b")));
      assertThat(effects(workflow.control(control)))
          .as(control.toString())
          .filteredOn(CancelWorkflow.class::isInstance)
          .extracting(effect -> ((CancelWorkflow) effect).workflowId())
          .containsExactly("order-1.a.1");
    }
  }

  @Test
  void childThatIsToGoOnIsLeftAlone() {
    StepAction abandoned = new StepAction.StartChild("ship", 0, null, null, false, false);
    TestWorkflow workflow =
        TestWorkflow.started(Definitions.of(TestStep.of("a").does(abandoned), TestStep.of("b")));

    assertThat(effects(workflow.cancel("enough"))).noneMatch(CancelWorkflow.class::isInstance);
  }

  @Test
  void childOfAStepThatRunsAgainIsCancelled() {
    TestWorkflow workflow =
        TestWorkflow.started(Definitions.of(TestStep.of("a"), TestStep.of("b", "a").does(SHIP)));
    workflow.succeed("a", 1);

    assertThat(effects(workflow.control(new Control.Rerun("a"))))
        .filteredOn(CancelWorkflow.class::isInstance)
        .extracting(effect -> ((CancelWorkflow) effect).workflowId())
        .containsExactly("order-1.b.1");
  }

  @Test
  void childIsForgottenBetweenTwoRounds() {
    Repeat repeat = new Repeat("false", Duration.ofSeconds(1), 3);
    TestWorkflow workflow =
        TestWorkflow.started(Definitions.of(TestStep.of("a").does(SHIP).repeat(repeat)));

    workflow.succeed("a", 1);
    assertThat(workflow.state().stepStatus(0)).isEqualTo(StepStatus.BACKING_OFF);
    assertThat(workflow.state().stepsWithChildren()).isEmpty();

    workflow.after(1_000).fireTimer();
    assertThat(workflow.state().child(0)).isEqualTo("order-1.a.2");
  }

  private static List<Effect> effects(Decision decision) {
    return ((Decision.Accepted) decision).effects();
  }
}
