package dev.millrace.orchestrator.core.invariant;

import static dev.millrace.orchestrator.core.invariant.Logs.BROKEN;
import static dev.millrace.orchestrator.core.invariant.Logs.STARTED;
import static dev.millrace.orchestrator.core.invariant.Logs.dispatched;
import static dev.millrace.orchestrator.core.invariant.Logs.succeeded;
import static dev.millrace.orchestrator.core.invariant.Logs.violations;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.DeliveryWindow;
import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.FailureRule.Reaction;
import dev.millrace.orchestrator.core.definition.JoinRule;
import dev.millrace.orchestrator.core.definition.Repeat;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.StepFailed.Consequence;
import dev.millrace.orchestrator.core.event.StepHeld;
import dev.millrace.orchestrator.core.event.StepRepeated;
import dev.millrace.orchestrator.core.event.StepSkipped;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.StepSuspended;
import dev.millrace.orchestrator.core.event.WorkflowPaused;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventLogStepInvariantsTest {
  private static Event skipped(int step, StepSkipped.Reason reason) {
    return new StepSkipped(step, reason);
  }

  /** Step 2 depends on steps 0, which is skipped, and 1, which fails and is tolerated. */
  @ParameterizedTest
  @CsvSource({
    "ALL, 0, false, true",
    "ANY, 0, true, false",
    "AT_LEAST, 1, true, false",
    "AT_LEAST, 2, false, true",
    "ALL_DONE, 0, true, false",
    "NONE_FAILED, 0, false, true"
  })
  void stepStartsOrIsSkippedAsItsJoinRuleSays(
      JoinRule.Kind kind, int atLeast, boolean mayStart, boolean maySkip) {
    CompiledDefinition definition =
        Definitions.of(
            TestStep.of("x").when("false"),
            TestStep.of("y").onFailure(new Reaction.GoOn()),
            TestStep.of("z", "x", "y").join(new JoinRule(kind, atLeast)));
    Event tolerated = new StepFailed(1, 1, BROKEN, Consequence.CONTINUE, -1);
    Event notNeeded = skipped(0, StepSkipped.Reason.CONDITION);
    Event skips = skipped(2, StepSkipped.Reason.DEPENDENCIES);

    List<String> start =
        violations(definition, STARTED, notNeeded, dispatched(1), tolerated, dispatched(2));
    List<String> skip = violations(definition, STARTED, notNeeded, dispatched(1), tolerated, skips);

    assertThat(start.isEmpty()).as("%s", start).isEqualTo(mayStart);
    assertThat(skip.isEmpty()).as("%s", skip).isEqualTo(maySkip);
    assertThat(violations(definition, STARTED, skips)).hasSize(1);
  }

  @Test
  void stepIsSkippedForAConditionOnlyWhenItHasOneAndMayStart() {
    CompiledDefinition definition =
        Definitions.of(TestStep.of("a"), TestStep.of("b", "a").when("false"));

    assertThat(violations(definition, STARTED, skipped(0, StepSkipped.Reason.CONDITION)))
        .containsExactly(
            "event 1: step 'a' is skipped for its CONDITION, which does not ask for it");
    assertThat(violations(definition, STARTED, skipped(1, StepSkipped.Reason.CONDITION)))
        .hasSize(1);
    assertThat(
            violations(
                definition, STARTED, dispatched(0), skipped(0, StepSkipped.Reason.CONDITION)))
        .contains("event 2: step 'a' is skipped while OPEN");
  }

  @Test
  void successLeadsNowhereElseOnlyUnderAConditionThatDoesNotHold() {
    CompiledDefinition definition =
        Definitions.of(
            TestStep.of("a"),
            TestStep.of("b").after(new Dependency("a", "true", null)),
            TestStep.of("c", "a"));

    assertThat(
            violations(
                definition,
                STARTED,
                dispatched(0),
                new StepSucceeded(0, 1, null, List.of(1), StepSucceeded.Source.ATTEMPT),
                skipped(1, StepSkipped.Reason.DEPENDENCIES),
                dispatched(2)))
        .isEmpty();
    assertThat(
            violations(
                definition,
                STARTED,
                dispatched(0),
                new StepSucceeded(0, 1, null, List.of(2), StepSucceeded.Source.ATTEMPT)))
        .containsExactly(
            "event 2: step 'a' does not lead to steps [2], which do not all depend on it under a"
                + " condition");
  }

  @Test
  void failedStepHasNoOutputThatAConditionCouldHoldOf() {
    CompiledDefinition definition =
        Definitions.of(
            TestStep.of("a").onFailure(new Reaction.GoOn()),
            TestStep.of("b").after(new Dependency("a", "true", null)));
    Event failed = new StepFailed(0, 1, BROKEN, Consequence.CONTINUE, -1);

    assertThat(violations(definition, STARTED, dispatched(0), failed, dispatched(1))).hasSize(1);
    assertThat(
            violations(
                definition,
                STARTED,
                dispatched(0),
                failed,
                skipped(1, StepSkipped.Reason.DEPENDENCIES)))
        .isEmpty();
  }

  @Test
  void routeIsTakenByTheFailureThatIsRoutedAndByNothingElse() {
    CompiledDefinition definition =
        Definitions.of(TestStep.of("a").onFailure(new Reaction.Route("b")), TestStep.of("b"));

    assertThat(violations(definition, STARTED, dispatched(0), succeeded(0), dispatched(1)))
        .containsExactly("event 3: step 'b' is dispatched, but its join rule is not satisfied");
    assertThat(
            violations(
                definition,
                STARTED,
                dispatched(0),
                new StepFailed(0, 1, BROKEN, Consequence.ROUTE, 1),
                skipped(1, StepSkipped.Reason.DEPENDENCIES)))
        .hasSize(1);
  }

  @Test
  void noMoreStepsAreOpenThanMayBe() {
    CompiledDefinition definition =
        Definitions.limited(1, null, List.of(TestStep.of("a"), TestStep.of("b")));
    Event held = new StepHeld(1, StepHeld.Reason.MAX_PARALLEL, 0);

    assertThat(violations(definition, STARTED, dispatched(0), held, succeeded(0), dispatched(1)))
        .isEmpty();
    assertThat(violations(definition, STARTED, dispatched(0), dispatched(1)))
        .containsExactly("event 2: step 'b' is dispatched beside 1 others");
    assertThat(violations(definition, STARTED, held))
        .containsExactly("event 1: step 'b' is held by MAX_PARALLEL until 0, with 0 open");
    assertThat(
            violations(
                definition,
                STARTED,
                dispatched(0),
                new StepHeld(1, StepHeld.Reason.MAX_PARALLEL, 9_000)))
        .hasSize(1);
  }

  @Test
  void stepIsHeldByItsWindowUntilThatOpens() {
    DeliveryWindow window =
        new DeliveryWindow(
            ZoneOffset.UTC, Set.of(DayOfWeek.MONDAY), LocalTime.of(8, 0), LocalTime.of(9, 0));
    CompiledDefinition definition =
        Definitions.of(TestStep.of("a").window(window), TestStep.of("b"));

    assertThat(
            violations(
                definition, STARTED, new StepHeld(0, StepHeld.Reason.WINDOW, 2_500), dispatched(0)))
        .isEmpty();
    assertThat(
            violations(
                definition, STARTED, new StepHeld(0, StepHeld.Reason.WINDOW, 9_000), dispatched(0)))
        .containsExactly("event 2: step 'a' is tried again at 3000, before 9000");
    assertThat(violations(definition, STARTED, new StepHeld(0, StepHeld.Reason.WINDOW, 2_000)))
        .hasSize(1);
    assertThat(violations(definition, STARTED, new StepHeld(1, StepHeld.Reason.WINDOW, 9_000)))
        .hasSize(1);
    assertThat(violations(definition, STARTED, new StepHeld(1, StepHeld.Reason.PAUSED, 9_000)))
        .hasSize(1);
    assertThat(
            violations(
                definition,
                STARTED,
                new WorkflowPaused(),
                new StepHeld(1, StepHeld.Reason.PAUSED, 0)))
        .isEmpty();
  }

  @Test
  void roundsAreAsManyAsThereMayBeAndAttemptsAreCountedOn() {
    CompiledDefinition definition =
        Definitions.of(
            TestStep.of("a").repeat(new Repeat("false", Duration.ZERO, 2)), TestStep.of("b"));
    Event again = new StepRepeated(0, 1, 0);

    assertThat(
            violations(
                definition,
                STARTED,
                dispatched(0),
                again,
                new StepDispatched(0, 2, 0),
                new StepSucceeded(0, 2, null)))
        .isEmpty();
    assertThat(
            violations(
                definition,
                STARTED,
                dispatched(0),
                again,
                new StepDispatched(0, 2, 0),
                new StepRepeated(0, 2, 0)))
        .containsExactly("event 4: step 'a' has 2 rounds behind it and gets another");
    assertThat(violations(definition, STARTED, dispatched(1), new StepRepeated(1, 1, 0)))
        .hasSize(1);
    assertThat(violations(definition, STARTED, again)).hasSize(1);
  }

  @Test
  void engineRunsItsStepsAndWorkersRunTheirs() {
    CompiledDefinition definition =
        Definitions.of(
            TestStep.of("set").does(new StepAction.SetValue("chance 1 of input")),
            TestStep.of("delay").does(new StepAction.Delay("chance 1 of input")),
            TestStep.of("work"));

    assertThat(
            violations(
                definition, STARTED, succeeded(0), new StepSuspended(1, 1, 9_000), succeeded(1)))
        .isEmpty();
    assertThat(violations(definition, STARTED, dispatched(0)))
        .containsExactly("event 1: step 'set' is dispatched, but no worker runs it");
    assertThat(violations(definition, STARTED, new StepSuspended(2, 1, 9_000)))
        .containsExactly("event 1: step 'work' is suspended, but a worker runs it");
    assertThat(
            violations(
                definition, STARTED, new StepSuspended(1, 1, 9_000), new StepSucceeded(1, 2, null)))
        .containsExactly("event 2: attempt 2 of step 'delay' is over, which waits in attempt 1");
    assertThat(violations(definition, STARTED, succeeded(0), succeeded(0))).isNotEmpty();
  }

  @Test
  void stepFailsOnceAndInItsLastAttempt() {
    CompiledDefinition definition = Definitions.of(TestStep.of("a").onFailure(new Reaction.GoOn()));
    Event failed = new StepFailed(0, 0, BROKEN, Consequence.CONTINUE, -1);

    assertThat(violations(definition, STARTED, failed)).isEmpty();
    assertThat(violations(definition, STARTED, failed, failed))
        .containsExactly("event 2: step 'a' fails in attempt 0, but is FAILED at attempt 0");
    assertThat(violations(definition, STARTED, dispatched(0), failed))
        .containsExactly("event 2: step 'a' fails in attempt 0, but is OPEN at attempt 1");
  }
}
