package dev.millrace.orchestrator.core.invariant;

import static dev.millrace.orchestrator.core.invariant.Logs.BROKEN;
import static dev.millrace.orchestrator.core.invariant.Logs.STARTED;
import static dev.millrace.orchestrator.core.invariant.Logs.dispatched;
import static dev.millrace.orchestrator.core.invariant.Logs.succeeded;
import static dev.millrace.orchestrator.core.invariant.Logs.violations;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.FailureRule.Reaction;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.StepFailed.Consequence;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.event.WorkflowEnding;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Outcome;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventLogEndInvariantsTest {
  private static final Outcome FAILED = new Outcome(WorkflowStatus.FAILED, BROKEN);
  private static final Outcome CANCELLED =
      new Outcome(WorkflowStatus.CANCELLED, new Failure(Failure.CANCELLED, "enough", false));
  private static final Event FAILS = new WorkflowEnding(FAILED, null);
  private static final Event HAS_FAILED = new WorkflowEnded(FAILED, null);

  /** Steps 0 to 2, a and b of which can be undone, by steps 3 and 4. */
  private static final CompiledDefinition UNDOABLE =
      Definitions.of(
          TestStep.of("a").compensated(), TestStep.of("b").compensated(), TestStep.of("c"));

  /** Step 0, and step 1 at the end. */
  private static final CompiledDefinition WITH_FINALLY =
      Definitions.withFinally(List.of(TestStep.of("a")), TestStep.of("last"));

  private static Event failed(int step) {
    return new StepFailed(step, 1, BROKEN);
  }

  @Test
  void stepsAreUndoneInTheReverseOrderOfTheirCompletion() {
    Event[] before = {
      STARTED,
      dispatched(0),
      dispatched(1),
      dispatched(2),
      succeeded(1),
      succeeded(0),
      failed(2),
      FAILS
    };

    assertThat(
            violations(
                UNDOABLE,
                with(before, dispatched(3), succeeded(3), dispatched(4), failed(4), HAS_FAILED)))
        .isEmpty();
    assertThat(violations(UNDOABLE, with(before, dispatched(4))))
        .containsExactly(
            "event 8: step 'compensate:b' is dispatched, but another step is to be undone first");
    assertThat(violations(UNDOABLE, with(before, dispatched(3), dispatched(4))))
        .containsExactly(
            "event 9: step 'compensate:b' is dispatched, but another step is to be undone first");
    assertThat(violations(UNDOABLE, with(before, HAS_FAILED)))
        .containsExactly("event 8: the workflow ends, and steps [1, 0] are not undone");
  }

  @Test
  void onlyWhatSucceededIsUndone() {
    assertThat(
            violations(
                UNDOABLE, STARTED, dispatched(0), dispatched(2), failed(2), FAILS, dispatched(3)))
        .contains("event 5: step 'compensate:a' is dispatched, but there is nothing to undo");
    assertThat(violations(UNDOABLE, STARTED, dispatched(0), succeeded(0), dispatched(3)))
        .containsExactly(
            "event 3: step 'compensate:a' is dispatched, but there is nothing to undo");
  }

  @Test
  void openStepThatCouldBeUndoneIsWaitedFor() {
    Event[] before = {STARTED, dispatched(0), dispatched(2), failed(2), FAILS};

    assertThat(violations(UNDOABLE, with(before, HAS_FAILED)))
        .contains("event 5: the workflow ends, and steps [] are not undone");
    assertThat(
            violations(
                UNDOABLE, with(before, succeeded(0), dispatched(3), succeeded(3), HAS_FAILED)))
        .isEmpty();
  }

  @Test
  void nothingIsUndoneWhileAnotherStepMayStillComplete() {
    assertThat(
            violations(
                UNDOABLE,
                STARTED,
                dispatched(0),
                dispatched(1),
                succeeded(1),
                dispatched(2),
                failed(2),
                FAILS,
                dispatched(4)))
        .containsExactly(
            "event 7: step 'compensate:b' is dispatched, but another step is to be undone first");
  }

  @Test
  void nothingIsStartedThatTheWorkflowEndsWithout() {
    assertThat(violations(UNDOABLE, STARTED, dispatched(2), failed(2), FAILS, dispatched(0)))
        .contains("event 4: step 'a' is dispatched, but the workflow is ending");
  }

  @Test
  void finallyStepsRunAtTheEndAndNotBefore() {
    Event succeeds = new WorkflowEnding(Outcome.SUCCEEDED, null);
    Event hasSucceeded = new WorkflowEnded(Outcome.SUCCEEDED, null);

    assertThat(
            violations(
                WITH_FINALLY,
                STARTED,
                dispatched(0),
                succeeded(0),
                succeeds,
                dispatched(1),
                succeeded(1),
                hasSucceeded))
        .isEmpty();
    assertThat(violations(WITH_FINALLY, STARTED, dispatched(1)))
        .containsExactly("event 1: step 'last' is dispatched, but the workflow is not ending");
    assertThat(violations(WITH_FINALLY, STARTED, dispatched(0), succeeded(0), hasSucceeded))
        .containsExactly(
            "event 3: the workflow ends without its finally steps",
            "event 3: the workflow ends SUCCEEDED, and step 'last' is WAITING");
    assertThat(
            violations(WITH_FINALLY, STARTED, dispatched(0), succeeded(0), succeeds, hasSucceeded))
        .containsExactly("event 4: the workflow ends SUCCEEDED, and step 'last' is WAITING");
    assertThat(violations(WITH_FINALLY, STARTED, dispatched(0), succeeds))
        .containsExactly(
            "event 2: the workflow succeeds, though a step is not done with or has failed");
  }

  @Test
  void finallyStepThatFailsFailsAWorkflowThatHadSucceeded() {
    Event[] before = {
      STARTED,
      dispatched(0),
      succeeded(0),
      new WorkflowEnding(Outcome.SUCCEEDED, null),
      dispatched(1),
      failed(1)
    };

    assertThat(violations(WITH_FINALLY, with(before, FAILS, HAS_FAILED))).isEmpty();
    assertThat(violations(WITH_FINALLY, with(before, HAS_FAILED)))
        .containsExactly(
            "event 6: the workflow ends %s, and should %s".formatted(FAILED, Outcome.SUCCEEDED),
            "event 6: the workflow ends FAILED, though a step has failed");
  }

  @Test
  void endDoesNotChange() {
    assertThat(
            violations(
                WITH_FINALLY, STARTED, dispatched(0), new WorkflowEnding(CANCELLED, null), FAILS))
        .contains("event 3: the workflow ends FAILED, and was ending CANCELLED");
    assertThat(
            violations(
                WITH_FINALLY,
                STARTED,
                dispatched(0),
                new WorkflowEnding(CANCELLED, null),
                dispatched(1),
                succeeded(1),
                HAS_FAILED))
        .containsExactly(
            "event 5: the workflow ends %s, and should %s".formatted(FAILED, CANCELLED));
    Outcome terminated =
        new Outcome(WorkflowStatus.TERMINATED, new Failure(Failure.TERMINATED, "now", false));
    assertThat(
            violations(
                WITH_FINALLY,
                STARTED,
                dispatched(0),
                new WorkflowEnding(CANCELLED, null),
                new WorkflowEnded(terminated, null)))
        .isEmpty();
  }

  @Test
  void workflowFailsWithItsOutputOnlyWhenAllElseIsDone() {
    Failure ofOutput = new Failure(Failure.EXPRESSION, "output", false);
    Event fails = new WorkflowEnded(new Outcome(WorkflowStatus.FAILED, ofOutput), null);
    CompiledDefinition withOutput =
        Definitions.limited(0, "chance 1 of input", List.of(TestStep.of("a")));

    assertThat(violations(withOutput, STARTED, dispatched(0), succeeded(0), fails)).isEmpty();
    assertThat(violations(withOutput, STARTED, dispatched(0), fails))
        .containsExactly("event 2: the workflow fails of millrace.expression, and no step has");
    assertThat(
            violations(
                Definitions.of(TestStep.of("a")), STARTED, dispatched(0), succeeded(0), fails))
        .containsExactly("event 3: the workflow fails of millrace.expression, and no step has");
  }

  @Test
  void failureHasTheConsequenceThatItsRulesSay() {
    CompiledDefinition definition =
        Definitions.of(
            TestStep.of("a")
                .onFailure(new Reaction.Retry(), "again")
                .onFailure(new Reaction.Fail(), "fatal")
                .onFailure(new Reaction.Route("b"), "bro*")
                .onFailure(new Reaction.GoOn()),
            TestStep.of("b"));

    assertThat(violations(definition, STARTED, dispatched(0), failed(0)))
        .contains("event 2: step 'a' fails of broken: FAIL, and its rules say ROUTE");
    assertThat(
            violations(
                definition,
                STARTED,
                dispatched(0),
                new StepFailed(0, 1, BROKEN, Consequence.ROUTE, 1),
                dispatched(1)))
        .isEmpty();
    assertThat(consequenceOf(definition, "again")).contains("FAIL");
    assertThat(consequenceOf(definition, "fatal")).contains("FAIL");
    assertThat(consequenceOf(definition, "other")).contains("CONTINUE");
    assertThat(consequenceOf(Definitions.of(TestStep.of("a")), "other")).contains("FAIL");
  }

  /** What a failure of a type must lead to, as the complaint about something else says. */
  private static String consequenceOf(CompiledDefinition definition, String type) {
    Failure failure = new Failure(type, "", false);
    for (Consequence each : Consequence.values()) {
      List<String> violations =
          violations(definition, STARTED, dispatched(0), new StepFailed(0, 1, failure, each, -1));
      if (violations.isEmpty()) {
        return each.name();
      }
    }
    return "nothing";
  }

  private static Event[] with(Event[] before, Event... after) {
    Event[] all = new Event[before.length + after.length];
    System.arraycopy(before, 0, all, 0, before.length);
    System.arraycopy(after, 0, all, before.length, after.length);
    return all;
  }
}
