package dev.millrace.orchestrator.core.invariant;

import static dev.millrace.orchestrator.core.Definitions.guarded;
import static dev.millrace.orchestrator.core.Definitions.step;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.event.AttemptFailed;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.event.WorkflowStarted;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EventLogInvariantsTest {
  private static final Failure FLAKY = new Failure("flaky", "try again", true);
  private static final Failure FATAL = new Failure("fatal", "no use", true);
  private static final Failure TIMEOUT = new Failure(Failure.START_TO_CLOSE_TIMEOUT, "late", true);
  private static final CompiledDefinition DEFINITION =
      Definitions.of(guarded("a", Duration.ofSeconds(5)), step("b", "a"));

  private static final Event STARTED = new WorkflowStarted("order", 7, null, "", 5, 20_000, null);
  private static final Event A1 = new StepDispatched(0, 1, 6_000);
  private static final Event A1_SUCCEEDED = new StepSucceeded(0, 1, null);
  private static final Event B1 = new StepDispatched(1, 1, 0);
  private static final Event B1_SUCCEEDED = new StepSucceeded(1, 1, null);
  private static final Event ALL_SUCCEEDED = new WorkflowEnded(WorkflowStatus.SUCCEEDED, null);
  private static final Event A1_FAILED = new AttemptFailed(0, 1, FLAKY, 4_000);
  private static final Event ALL_FAILED = new WorkflowEnded(WorkflowStatus.FAILED, FATAL);

  /** Events are a second apart; the first is at 1,000. */
  private static List<String> violations(Event... events) {
    EventLogInvariants log = new EventLogInvariants(DEFINITION);
    for (int i = 0; i < events.length; i++) {
      log.accept(i, events[i], 1_000 + i * 1_000L);
    }
    return log.violations();
  }

  /** The same where the id may be used again and again. */
  private static List<String> violationsOfMany(Event... events) {
    EventLogInvariants log = new EventLogInvariants(DEFINITION);
    for (int i = 0; i < events.length; i++) {
      log.expect(DEFINITION);
      log.accept(i, events[i], 1_000 + i * 1_000L);
    }
    return log.violations();
  }

  @Test
  void nothingIsWrongWithAWorkflowThatDoesItsSteps() {
    assertThat(violations(STARTED, A1, A1_SUCCEEDED, B1, B1_SUCCEEDED, ALL_SUCCEEDED)).isEmpty();
    assertThat(violations(STARTED, A1, new StepFailed(0, 1, FATAL), ALL_FAILED)).isEmpty();
    assertThat(violations(STARTED, A1, A1_FAILED, new StepDispatched(0, 2, 9_000))).isEmpty();
  }

  @Test
  void statusFollowsTheEvents() {
    EventLogInvariants log = new EventLogInvariants(DEFINITION);
    assertThat(log.status()).isEqualTo(WorkflowStatus.ABSENT);
    log.accept(0, STARTED, 1_000);
    assertThat(log.status()).isEqualTo(WorkflowStatus.RUNNING);
    log.accept(1, new WorkflowEnded(WorkflowStatus.CANCELLED, FLAKY), 1_000);
    assertThat(log.status()).isEqualTo(WorkflowStatus.CANCELLED);
    assertThat(log.violations()).isEmpty();
  }

  @Test
  void sequenceNumbersHaveNoGapsAndNoRepeats() {
    EventLogInvariants log = new EventLogInvariants(DEFINITION);
    log.accept(0, STARTED, 1_000);
    log.accept(2, A1, 1_000);
    log.accept(2, A1_SUCCEEDED, 1_000);

    assertThat(log.violations())
        .containsExactly(
            "event 2: the next sequence number is 1", "event 2: the next sequence number is 3");
  }

  @Test
  void logBeginsWithTheOnlyStart() {
    assertThat(violations(A1)).contains("event 0: %s while ABSENT".formatted(A1));
    assertThat(violations(STARTED, STARTED))
        .containsExactly("event 1: %s while RUNNING".formatted(STARTED));
  }

  @Test
  void nothingFollowsTheEnd() {
    assertThat(
            violations(STARTED, A1, A1_SUCCEEDED, B1, B1_SUCCEEDED, ALL_SUCCEEDED, ALL_SUCCEEDED))
        .containsExactly("event 6: %s after the end".formatted(ALL_SUCCEEDED));
    assertThat(violations(STARTED, A1, A1_SUCCEEDED, B1, B1_SUCCEEDED, ALL_SUCCEEDED, STARTED))
        .as("a start that was expected once")
        .contains("event 6: %s after the end".formatted(STARTED));
  }

  @Test
  void anotherWorkflowMayFollowTheEndWhereItIsExpectedAndIsAsStrictlyLookedAt() {
    Event[] first = {STARTED, A1, A1_SUCCEEDED, B1, B1_SUCCEEDED, ALL_SUCCEEDED};
    Event a2 = new StepDispatched(0, 2, 12_000);
    Event a2Succeeded = new StepSucceeded(0, 2, null);
    Event b2 = new StepDispatched(1, 2, 0);
    Event b2Succeeded = new StepSucceeded(1, 2, null);

    assertThat(
            violationsOfMany(
                follow(first, STARTED, a2, a2Succeeded, b2, b2Succeeded, ALL_SUCCEEDED, STARTED)))
        .isEmpty();
    assertThat(violationsOfMany(follow(first, a2)))
        .contains("event 6: %s after the end".formatted(a2));
    assertThat(violationsOfMany(follow(first, STARTED, b2)))
        .containsExactly("event 7: step 'b' is dispatched, but its join rule is not satisfied");
    assertThat(violationsOfMany(follow(first, STARTED, a2, a2Succeeded, ALL_SUCCEEDED)))
        .contains("event 9: the workflow ends SUCCEEDED, and step 'b' is WAITING");
    assertThat(violationsOfMany(follow(first, STARTED, STARTED)))
        .containsExactly("event 7: %s while RUNNING".formatted(STARTED));
  }

  @Test
  void attemptsAreNumberedOnFromThoseOfTheWorkflowBeforeAndCountedAnew() {
    Event[] first = {
      STARTED,
      A1,
      A1_FAILED,
      new StepDispatched(0, 2, 9_000),
      new StepFailed(0, 2, FATAL),
      ALL_FAILED
    };
    Event a3 = new StepDispatched(0, 3, 12_000);

    assertThat(violationsOfMany(follow(first, STARTED, new StepDispatched(0, 1, 12_000))))
        .containsExactly("event 7: attempt 1 of step 'a' follows attempt 2");
    assertThat(
            violationsOfMany(
                follow(
                    first,
                    STARTED,
                    a3,
                    new StepSucceeded(0, 3, null),
                    new StepDispatched(1, 1, 0))))
        .containsExactly("event 9: attempt 1 of step 'b' follows attempt 2");
    assertThat(violationsOfMany(follow(first, STARTED, a3, new AttemptFailed(0, 3, FLAKY, 20_000))))
        .as("the first of so many attempts as its policy has")
        .isEmpty();
    assertThat(violationsOfMany(follow(first, STARTED, a3, new StepSucceeded(0, 2, null))))
        .as("a late completion of the former workflow")
        .containsExactly(
            "event 8: attempt 2 of step 'a' is over, but the step is OPEN at attempt 3");
  }

  @Test
  void workflowThatFollowsMayHaveAnotherDefinition() {
    EventLogInvariants log = new EventLogInvariants(DEFINITION);
    log.accept(0, STARTED, 1_000);
    log.accept(1, new WorkflowEnded(WorkflowStatus.CANCELLED, FLAKY), 1_000);
    log.expect(Definitions.of(step("only")));
    log.accept(2, new WorkflowStarted("order", 8, null, "", 5, 0, null), 2_000);
    log.accept(3, new StepDispatched(0, 1, 0), 2_000);
    log.accept(4, new StepSucceeded(0, 1, null), 2_000);
    log.accept(5, ALL_SUCCEEDED, 2_000);

    assertThat(log.violations()).isEmpty();
    assertThat(log.status()).isEqualTo(WorkflowStatus.SUCCEEDED);
  }

  private static Event[] follow(Event[] first, Event... others) {
    return Stream.concat(Stream.of(first), Stream.of(others)).toArray(Event[]::new);
  }

  @Test
  void stepIsDispatchedOnlyAfterAllItDependsOn() {
    assertThat(violations(STARTED, A1, B1))
        .containsExactly("event 2: step 'b' is dispatched, but its join rule is not satisfied");
  }

  @Test
  void stepHasOneOpenAttempt() {
    assertThat(violations(STARTED, A1, new StepDispatched(0, 2, 9_000)))
        .containsExactly("event 2: step 'a' is dispatched while OPEN");
  }

  @Test
  void attemptsAreNumberedWithoutGapsUpToTheMost() {
    assertThat(violations(STARTED, new StepDispatched(0, 2, 9_000)))
        .containsExactly("event 1: attempt 2 of step 'a' follows attempt 0");
    assertThat(
            violations(
                STARTED,
                A1,
                A1_SUCCEEDED,
                B1,
                new AttemptFailed(1, 1, FLAKY, 5_500),
                new StepDispatched(1, 2, 0)))
        .containsExactly(
            "event 4: attempt 1 of step 'b' must be the last",
            "event 5: attempt 2 of step 'b' of 1");
  }

  @Test
  void retryIsNotBeforeItsTime() {
    assertThat(violations(STARTED, A1, new AttemptFailed(0, 1, FLAKY, 3_000)))
        .containsExactly("event 2: the retry of step 'a' is due at once");
    assertThat(
            violations(
                STARTED, A1, new AttemptFailed(0, 1, FLAKY, 9_000), new StepDispatched(0, 2, 0)))
        .containsExactly("event 3: step 'a' is tried again at 4000, before 9000");
  }

  @Test
  void failureThatIsNotRetryableIsTheLast() {
    assertThat(violations(STARTED, A1, new AttemptFailed(0, 1, FATAL, 9_000)))
        .containsExactly("event 2: attempt 1 of step 'a' must be the last");
    assertThat(
            violations(
                STARTED, A1, new AttemptFailed(0, 1, new Failure("flaky", "", false), 9_000)))
        .containsExactly("event 2: attempt 1 of step 'a' must be the last");
  }

  @Test
  void stepDoesNotGiveUpWhileItMayBeTriedAgain() {
    assertThat(violations(STARTED, A1, new StepFailed(0, 1, FLAKY), ALL_FAILED))
        .containsExactly(
            "event 2: step 'a' gives up after attempt 1, but may be tried again",
            "event 3: the workflow fails of fatal, and a step of flaky");
  }

  @Test
  void onlyTheOpenAttemptCanBeOver() {
    assertThat(violations(STARTED, A1_SUCCEEDED))
        .containsExactly(
            "event 1: attempt 1 of step 'a' is over, but the step is WAITING at attempt 0");
    assertThat(violations(STARTED, A1, new StepSucceeded(0, 2, null)))
        .containsExactly(
            "event 2: attempt 2 of step 'a' is over, but the step is OPEN at attempt 1");
  }

  @Test
  void timeoutsAreNeverEarly() {
    assertThat(violations(STARTED, A1, new AttemptFailed(0, 1, TIMEOUT, 9_000)))
        .containsExactly("event 2: step 'a' times out at 3000; its deadline is 6000");
    assertThat(
            violations(
                STARTED, new StepDispatched(0, 1, 0), new AttemptFailed(0, 1, TIMEOUT, 9_000)))
        .containsExactly("event 2: step 'a' times out at 3000; its deadline is 0");
    assertThat(violations(STARTED, new WorkflowEnded(WorkflowStatus.TIMED_OUT, TIMEOUT)))
        .containsExactly("event 1: the workflow times out at 2000; its deadline is 20000");
  }

  @Test
  void workflowTimesOutAtItsDeadline() {
    EventLogInvariants log = new EventLogInvariants(DEFINITION);
    log.accept(0, STARTED, 1_000);
    log.accept(1, new WorkflowEnded(WorkflowStatus.TIMED_OUT, TIMEOUT), 20_000);
    assertThat(log.violations()).isEmpty();

    EventLogInvariants withoutDeadline = new EventLogInvariants(DEFINITION);
    withoutDeadline.accept(0, new WorkflowStarted("order", 7, null, "", 5, 0, null), 1_000);
    withoutDeadline.accept(1, new WorkflowEnded(WorkflowStatus.TIMED_OUT, TIMEOUT), 20_000);
    assertThat(withoutDeadline.violations()).hasSize(1);
  }

  @Test
  void failedStepEndsTheWorkflowAtOnce() {
    assertThat(violations(STARTED, A1, new StepFailed(0, 1, FATAL), B1))
        .contains("event 3: %s, but a step has failed for good".formatted(B1));
    assertThat(violations(STARTED, ALL_FAILED))
        .containsExactly("event 1: the workflow fails of fatal, and no step has");
  }

  @Test
  void workflowSucceedsExactlyWhenEveryStepHas() {
    assertThat(violations(STARTED, A1, A1_SUCCEEDED, ALL_SUCCEEDED))
        .containsExactly(
            "event 3: the workflow succeeds, though a step is not done with or has failed",
            "event 3: the workflow ends SUCCEEDED, and step 'b' is WAITING");
  }
}
