package dev.millrace.orchestrator.core.invariant;

import static dev.millrace.orchestrator.core.invariant.Logs.BROKEN;
import static dev.millrace.orchestrator.core.invariant.Logs.STARTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.TestStep;
import dev.millrace.orchestrator.core.definition.Repeat;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.SignalReceived;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.StepHeld;
import dev.millrace.orchestrator.core.event.StepRepeated;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.StepSucceeded.Source;
import dev.millrace.orchestrator.core.event.StepSuspended;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.event.WorkflowPaused;
import dev.millrace.orchestrator.core.event.WorkflowResumed;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What must hold of pauses and signals in a log. */
class ControlAccountTest {
  private static final CompiledDefinition DEFINITION =
      Definitions.of(
          TestStep.of("a"),
          TestStep.of("e")
              .does(new StepAction.AwaitSignal("go", null, null))
              .repeat(new Repeat("false", Duration.ZERO, 9)),
          TestStep.of("set").does(new StepAction.SetValue("chance 1 of input")));
  private static final Event WAITS = new StepSuspended(1, 1, 0);
  private static final Event PAUSED = new WorkflowPaused();
  private static final Event RESUMED = new WorkflowResumed();
  private static final Event KEPT = new SignalReceived("go", null, CompiledDefinition.NO_STEP);
  private static final Event COMES = new SignalReceived("go", null, 1);
  private static final Event TAKES_KEPT =
      new StepSucceeded(1, 1, null, List.of(), Source.KEPT_SIGNAL);
  private static final Event FAILS = new StepFailed(1, 1, BROKEN);
  private static final Event ENDS = new WorkflowEnded(WorkflowStatus.FAILED, BROKEN);

  private static List<String> violations(Event... events) {
    return Logs.violations(DEFINITION, events);
  }

  @Test
  void nothingIsWrongWithAWorkflowThatIsPausedAndGoesOn() {
    Event held = new StepHeld(0, StepHeld.Reason.PAUSED, 0);
    assertThat(violations(STARTED, PAUSED, held, RESUMED, new StepDispatched(0, 1, 0))).isEmpty();
  }

  @Test
  void nothingBeginsInAPause() {
    for (Event begins :
        List.of(new StepDispatched(0, 1, 0), WAITS, new StepSucceeded(2, 1, null))) {
      assertThat(violations(STARTED, PAUSED, begins))
          .singleElement()
          .asString()
          .contains("begins in a pause");
    }
  }

  @Test
  void pausesAndResumesTakeTurns() {
    assertThat(violations(STARTED, PAUSED, PAUSED))
        .containsExactly("event 2: the workflow is paused already");
    assertThat(violations(STARTED, RESUMED))
        .containsExactly("event 1: the workflow is going on already");
    assertThat(violations(STARTED, new StepHeld(0, StepHeld.Reason.PAUSED, 0))).hasSize(1);
  }

  @Test
  void signalComesToAStepThatWaitsForItAndToNoOther() {
    Event taken = new StepSucceeded(1, 1, null);
    assertThat(violations(STARTED, WAITS, COMES, taken)).isEmpty();
    assertThat(violations(STARTED, WAITS, COMES, new StepRepeated(1, 1, 0))).isEmpty();
    assertThat(violations(STARTED, WAITS, COMES, FAILS, ENDS)).isEmpty();
    assertThat(violations(STARTED, COMES))
        .containsExactly("event 1: signal 'go' comes to step 'e', which does not wait for it");
    assertThat(violations(STARTED, WAITS, COMES, new StepDispatched(0, 1, 0)))
        .singleElement()
        .asString()
        .endsWith("though a signal has come to a step");
    assertThat(violations(STARTED, WAITS, KEPT))
        .containsExactly("event 2: signal 'go' is kept, and step 'e' waits for it");
    Event unknown = new SignalReceived("other", null, CompiledDefinition.NO_STEP);
    assertThat(violations(STARTED, WAITS, unknown)).isEmpty();
  }

  @Test
  void keptSignalIsTakenOnce() {
    Event again = new StepSuspended(1, 2, 0);
    Event repeated = new StepRepeated(1, 1, 0);
    assertThat(violations(STARTED, KEPT, TAKES_KEPT)).isEmpty();
    assertThat(violations(STARTED, KEPT, WAITS, FAILS, ENDS)).isEmpty();
    assertThat(violations(STARTED, WAITS, FAILS, ENDS)).isEmpty();
    assertThat(violations(STARTED, KEPT, KEPT, WAITS, repeated, again)).isEmpty();
    assertThat(violations(STARTED, TAKES_KEPT))
        .containsExactly("event 1: step 'e' takes a signal that is not kept");
    assertThat(violations(STARTED, WAITS, repeated))
        .containsExactly("event 2: step 'e' takes a signal that is not kept");
    assertThat(violations(STARTED, new StepSucceeded(2, 1, null, List.of(), Source.KEPT_SIGNAL)))
        .containsExactly("event 1: step 'set' takes a signal, and waits for none");
  }
}
