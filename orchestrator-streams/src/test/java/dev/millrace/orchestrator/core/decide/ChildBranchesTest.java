package dev.millrace.orchestrator.core.decide;

import static dev.millrace.orchestrator.core.decide.Decisions.compiled;
import static dev.millrace.orchestrator.core.decide.Decisions.payload;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.WorkflowAndChunks;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.effect.CancelAttempt;
import dev.millrace.orchestrator.core.effect.CancelBranches;
import dev.millrace.orchestrator.core.effect.CancelWorkflow;
import dev.millrace.orchestrator.core.effect.Effect;
import dev.millrace.orchestrator.core.effect.StartWorkflow;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A workflow for each item of a list. */
class ChildBranchesTest extends BranchesCase {
  private static final StepAction SHIP =
      new StepAction.StartChild("ship", 2, null, null, false, true);
  private static final StepAction ABANDONED =
      new StepAction.StartChild("ship", 2, null, null, false, false);

  private static StartWorkflow started(int branch, int attempt, Payload input) {
    return new StartWorkflow(
        "order-1.each:%d.%d".formatted(branch, attempt),
        "ship",
        2,
        input,
        new Parent("order-1", "each", branch, attempt, 1));
  }

  private static List<String> ids(List<Effect> effects) {
    return effects.stream().map(effect -> ((StartWorkflow) effect).workflowId()).toList();
  }

  /** The steps and attempts whose open branches are to be cancelled, with the reasons. */
  private static List<String> cancelled(WorkflowAndChunks workflow) {
    List<String> cancelled = new ArrayList<>();
    for (Effect effect : workflow.toOthers()) {
      CancelBranches cancel = (CancelBranches) effect;
      assertThat(cancel.branches().isOpen(0)).isTrue();
      cancelled.add("%d/%d: %s".formatted(cancel.step(), cancel.attempt(), cancel.reason()));
    }
    return cancelled;
  }

  private static WorkflowAndChunks ofTwo(TestStep each) {
    WorkflowAndChunks workflow = over(2, each);
    workflow.toOthers();
    return workflow;
  }

  @Test
  void eachItemHasAWorkflowOfItsOwnAndTheirOutputsAreTheResults() {
    WorkflowAndChunks workflow = over("[7,8]", each(0, 1, 0).does(SHIP));

    assertThat(workflow.toOthers())
        .containsExactly(started(0, 1, payload("7")), started(1, 1, payload("8")));
    assertThat(workflow.commands()).isEmpty();

    workflow.succeed(1, 1, payload("80"));
    workflow.succeed(0, 1, payload("70"));
    assertThat(handedOn(workflow))
        .isEqualTo("{\"count\":2,\"succeeded\":2,\"failed\":0,\"results\":[70,80]}");
    assertThat(workflow.toOthers()).isEmpty();
  }

  @Test
  void idAndInputAreMadeOfTheItem() {
    StepAction mapped =
        new StepAction.StartChild(
            "ship", 0, "parcel-${item}", "{\"at\": \"${index}\"}", false, true);
    WorkflowAndChunks workflow = over("[\"a\",\"b\"]", each(0, 1, 0).does(mapped));

    assertThat(workflow.toOthers())
        .containsExactly(
            new StartWorkflow(
                "parcel-a",
                "ship",
                0,
                payload("{\"at\":0}"),
                new Parent("order-1", "each", 0, 1, 1)),
            new StartWorkflow(
                "parcel-b",
                "ship",
                0,
                payload("{\"at\":1}"),
                new Parent("order-1", "each", 1, 1, 1)));
  }

  @Test
  void onlySoManyWorkflowsAreUnderWayAtOnce() {
    WorkflowAndChunks workflow = over(4, each(2, 1, 1).does(SHIP));
    assertThat(ids(workflow.toOthers())).containsExactly("order-1.each:0.1", "order-1.each:1.1");
    assertThat(workflow.chunk(0).openSteps()).isEqualTo(2);

    workflow.succeed(1, 1, null);
    assertThat(ids(workflow.toOthers())).containsExactly("order-1.each:2.1");
    workflow.fail(0, 1, FATAL);
    assertThat(ids(workflow.toOthers())).containsExactly("order-1.each:3.1");
    assertThat(workflow.chunk(0).openSteps()).isEqualTo(2);
    workflow.succeed(2, 1, null);
    workflow.succeed(3, 1, null);

    assertThat(workflow.toOthers()).isEmpty();
    assertThat(handedOn(workflow)).startsWith("{\"count\":4,\"succeeded\":3,\"failed\":1");
  }

  @Test
  void aWorkflowThatFailsMayBeStartedAgainUnderAnotherId() {
    WorkflowAndChunks workflow = ofTwo(each(0, 1, 0).does(SHIP));

    workflow.fail(0, 1, FLAKY);
    assertThat(workflow.timers()).contains(1_000L);
    workflow.after(1_000).fireTimer(0);

    assertThat(ids(workflow.toOthers())).containsExactly("order-1.each:0.2");
    assertThat(refusal(workflow.succeed(0, 1, null))).isEqualTo(Refusal.ATTEMPT_NOT_OPEN);
  }

  @Test
  void whereTheDefinitionGivesAnIdTheWorkflowOfALaterAttemptHasAnother() {
    StepAction named = new StepAction.StartChild("ship", 0, "p-${item}", null, false, true);
    WorkflowAndChunks workflow = ofTwo(each(0, 1, 0).does(named));

    workflow.fail(1, 1, FLAKY);
    workflow.after(1_000).fireTimer(0);

    assertThat(ids(workflow.toOthers())).containsExactly("p-1.2");
  }

  @Test
  void aWorkflowThatTakesTooLongIsCancelled() {
    WorkflowAndChunks workflow = ofTwo(each(0, 1, 2).does(SHIP).timeout(Duration.ofSeconds(5)));
    workflow.succeed(0, 1, null);
    assertThat(workflow.timers()).contains(5_000L);

    workflow.after(5_000).fireTimer(0);

    assertThat(workflow.toOthers())
        .containsExactly(
            new CancelWorkflow(
                "order-1.each:1.1",
                new Parent("order-1", "each", 1, 1, 1),
                "it did not end in time"));
  }

  @Test
  void whenTooManyFailTheOthersAreCancelled() {
    WorkflowAndChunks workflow = ofTwo(each(0, 1, 0).does(SHIP));

    workflow.fail(1, 1, FATAL);

    assertThat(cancelled(workflow)).containsExactly("0/1: too many others of 'each' failed");
    assertThat(whyItFailed(workflow).type()).isEqualTo(Failure.ITEMS_FAILED);
  }

  @Test
  void theyAreCancelledWithTheirParentAndBySomebodyWhoGoesOnWithoutThem() {
    for (Control control : List.of(new Control.Cancel("enough"), new Control.Terminate("now"))) {
      WorkflowAndChunks workflow = ofTwo(each(0, 1, 0).does(SHIP));
      workflow.control(control);
      assertThat(cancelled(workflow)).containsExactly("0/1: workflow 'order-1' is ending");
      assertThat(workflow.state().status().hasEnded()).isTrue();
    }
    for (Control control :
        List.of(new Control.SkipStep("each"), new Control.ResolveStep("each", payload("1")))) {
      WorkflowAndChunks workflow = ofTwo(each(0, 1, 0).does(SHIP));
      workflow.control(control);
      assertThat(cancelled(workflow))
          .containsExactly("0/1: its workflow goes on without it, as somebody asked for");
    }
  }

  @Test
  void onesThatAreToBeAbandonedGoOnAlone() {
    WorkflowAndChunks workflow = ofTwo(each(0, 1, 0).does(ABANDONED));

    workflow.control(new Control.Cancel("enough"));

    assertThat(workflow.toOthers()).isEmpty();
    assertThat(workflow.state().status()).isEqualTo(WorkflowStatus.CANCELLED);
  }

  @Test
  void workersAreToldOfAllBranchesAtOnce() {
    WorkflowAndChunks workflow = ofTwo(each(0, 1, 0));

    workflow.control(new Control.Cancel("enough"));

    assertThat(workflow.toOthers())
        .containsExactly(
            new CancelAttempt(0, CancelAttempt.NO_BRANCH, 1_000, "workflow 'order-1' is ending"));
  }

  @Test
  void aWorkerIsToldOfABranchThatTakesTooLong() {
    WorkflowAndChunks workflow = ofTwo(each(0, 1, 0).timeout(Duration.ofSeconds(5)));
    workflow.succeed(0, 1, null);

    workflow.after(5_000).fireTimer(0);

    assertThat(workflow.toOthers()).containsExactly(new CancelAttempt(1, 1, 1, "its time is over"));
  }

  @Test
  void theyAreOneDeeperThanTheirParent() {
    Parent above = new Parent("above", "step", 1, Parent.DEPTH - 1);
    WorkflowAndChunks within =
        new WorkflowAndChunks(compiled(each(0, 1, 0).does(SHIP).build()), "[1]", above);
    assertThat(within.toOthers())
        .singleElement()
        .isEqualTo(
            new StartWorkflow(
                "order-1.each:0.1",
                "ship",
                2,
                payload("1"),
                new Parent("order-1", "each", 0, 1, Parent.DEPTH)));

    Parent deepest = new Parent("above", "step", 1, Parent.DEPTH);
    WorkflowAndChunks beyond =
        new WorkflowAndChunks(compiled(each(0, 1, 1).does(SHIP).build()), "[1]", deepest);
    assertThat(beyond.state().status()).isEqualTo(WorkflowStatus.SUCCEEDED);
    assertThat(beyond.chunk(0).failedItems()).isEqualTo(1);
  }

  @Test
  void aPauseHoldsThoseThatHaveNotBegun() {
    WorkflowAndChunks workflow = over(2, each(1, 1, 0).does(SHIP));
    workflow.toOthers();
    workflow.control(new Control.Pause());

    workflow.succeed(0, 1, null);
    assertThat(workflow.toOthers()).isEmpty();

    workflow.control(new Control.Resume());
    workflow.after(10_000).fireTimer(0);
    assertThat(ids(workflow.toOthers())).containsExactly("order-1.each:1.1");
  }
}
