package dev.millrace.orchestrator.core.event;

import static dev.millrace.orchestrator.core.Definitions.step;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.definition.EventVerbosity;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Outcome;
import dev.millrace.orchestrator.core.state.Payload;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class PublishedEventsTest {
  private static final Payload PAYLOAD = new Payload("text/plain", new byte[0]);
  private static final Failure FAILURE = new Failure("timeout", "too late", true);

  static Stream<Event> eventsOfAttemptsThatGoOn() {
    return Stream.of(new StepHeld(0, StepHeld.Reason.QUEUE, 0), new AttemptHeard(0, 1, PAYLOAD, 0));
  }

  static Stream<Event> eventsOfSteps() {
    return Stream.of(
        new StepDispatched(0, 1, 0),
        new StepSuspended(0, 1, 0),
        new StepSkipped(0, StepSkipped.Reason.CONDITION),
        new StepRepeated(0, 1, 0),
        new StepSucceeded(0, 1, PAYLOAD),
        new BranchesOpened(0, 1, 9),
        new BranchesReported(0, 1, 2, 3, true),
        new ChunkOpened("acme", 5, 0),
        new AttemptFailed(0, 1, FAILURE, 0, List.of()),
        new StepFailed(0, 1, FAILURE, StepFailed.Consequence.CONTINUE, -1, List.of()));
  }

  static Stream<Event> eventsOfWorkflows() {
    return Stream.of(
        new WorkflowStarted("order", 7, PAYLOAD, "acme", 5, 0, null),
        new StepsReset(List.of(0)),
        new SignalReceived("approve", PAYLOAD, 0),
        new WorkflowPaused(),
        new WorkflowResumed(),
        new PriorityChanged(9),
        new WorkflowMigrated(Definitions.of(step("a")), PAYLOAD),
        new MigrationTried(7, PAYLOAD),
        new ControlRefused("no-such-step", "there is none"),
        new WorkflowEnding(Outcome.SUCCEEDED, PAYLOAD),
        new WorkflowEnded(Outcome.SUCCEEDED, PAYLOAD));
  }

  @ParameterizedTest
  @MethodSource("eventsOfAttemptsThatGoOn")
  void whatChangesNoStepIsPublishedOnlyWithAllOthers(Event event) {
    assertThat(PublishedEvents.least(event)).isEqualTo(EventVerbosity.ALL);
  }

  @ParameterizedTest
  @MethodSource("eventsOfSteps")
  void whatBecomesOfStepsIsPublishedWithSteps(Event event) {
    assertThat(PublishedEvents.least(event)).isEqualTo(EventVerbosity.STEPS);
  }

  @ParameterizedTest
  @MethodSource("eventsOfWorkflows")
  void whatBecomesOfTheWorkflowIsAlwaysPublished(Event event) {
    assertThat(PublishedEvents.least(event)).isEqualTo(EventVerbosity.WORKFLOW);
  }

  @Test
  void eachKindOfEventIsAmongThese() {
    assertThat(
            Stream.of(eventsOfAttemptsThatGoOn(), eventsOfSteps(), eventsOfWorkflows())
                .flatMap(events -> events)
                .map(Object::getClass)
                .collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(Event.class.getPermittedSubclasses());
  }
}
