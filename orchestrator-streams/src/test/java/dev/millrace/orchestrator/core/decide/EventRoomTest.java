package dev.millrace.orchestrator.core.decide;

import static dev.millrace.orchestrator.core.Definitions.step;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.EventEncoder;
import dev.millrace.orchestrator.core.Definitions;
import dev.millrace.orchestrator.core.event.AttemptFailed;
import dev.millrace.orchestrator.core.event.AttemptHeard;
import dev.millrace.orchestrator.core.event.BranchesOpened;
import dev.millrace.orchestrator.core.event.BranchesReported;
import dev.millrace.orchestrator.core.event.ControlRefused;
import dev.millrace.orchestrator.core.event.Event;
import dev.millrace.orchestrator.core.event.MigrationTried;
import dev.millrace.orchestrator.core.event.PriorityChanged;
import dev.millrace.orchestrator.core.event.SignalReceived;
import dev.millrace.orchestrator.core.event.StepDispatched;
import dev.millrace.orchestrator.core.event.StepFailed;
import dev.millrace.orchestrator.core.event.StepHeld;
import dev.millrace.orchestrator.core.event.StepRepeated;
import dev.millrace.orchestrator.core.event.StepSkipped;
import dev.millrace.orchestrator.core.event.StepSucceeded;
import dev.millrace.orchestrator.core.event.StepSuspended;
import dev.millrace.orchestrator.core.event.StepsReset;
import dev.millrace.orchestrator.core.event.WorkflowEnded;
import dev.millrace.orchestrator.core.event.WorkflowEnding;
import dev.millrace.orchestrator.core.event.WorkflowMigrated;
import dev.millrace.orchestrator.core.event.WorkflowPaused;
import dev.millrace.orchestrator.core.event.WorkflowStarted;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.ItemResult;
import dev.millrace.orchestrator.core.state.Outcome;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.schemas.v1.WorkflowEvent;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What events take up of the room that the events of one input have together. */
class EventRoomTest {
  /** How far from the size of its record what an event takes may be, in bytes. */
  private static final int ABOUT = 64;

  private static final CompiledDefinition DEFINITION =
      Definitions.of(step("a".repeat(128)), step("b".repeat(127)), step("c".repeat(126)));
  private static final Payload PAYLOAD =
      new Payload("application/" + "x".repeat(100), new byte[500]);
  private static final Failure FAILURE = new Failure("f".repeat(128), "\u00e4".repeat(200), true);
  private static final List<ItemResult> RESULTS =
      List.of(new ItemResult(PAYLOAD, null), new ItemResult(null, FAILURE));
  private static final Outcome FAILED = new Outcome(WorkflowStatus.FAILED, FAILURE);

  static Stream<Event> events() {
    return Stream.of(
        new WorkflowStarted("order", 7, PAYLOAD, "acme", 5, 0, null),
        new StepDispatched(0, 1, 0),
        new StepSuspended(0, 1, 0),
        new StepSuspended(0, 1, 0, "child".repeat(50)),
        new StepHeld(0, StepHeld.Reason.PAUSED, 0),
        new StepSkipped(0, StepSkipped.Reason.BY_HAND),
        new StepRepeated(0, 1, 0),
        new StepSucceeded(0, 1, PAYLOAD),
        new StepSucceeded(0, 1, PAYLOAD, List.of(1, 2)),
        new StepSucceeded(0, 1, null, List.of(), StepSucceeded.Source.ATTEMPT, RESULTS),
        new BranchesOpened(0, 1, 9),
        new BranchesReported(0, 1, 2, 3, true),
        new AttemptFailed(0, 1, FAILURE, 0, RESULTS),
        new StepFailed(0, 1, FAILURE, StepFailed.Consequence.CONTINUE, -1, RESULTS),
        new StepsReset(List.of(0, 1, 2)),
        new AttemptHeard(0, 1, PAYLOAD, 0),
        new SignalReceived("approve", PAYLOAD, CompiledDefinition.NO_STEP),
        new WorkflowPaused(),
        new PriorityChanged(9),
        new WorkflowMigrated(DEFINITION, PAYLOAD),
        new MigrationTried(7, PAYLOAD),
        new ControlRefused("unknown-step", "no such step".repeat(20)),
        new WorkflowEnding(FAILED, PAYLOAD),
        new WorkflowEnded(FAILED, PAYLOAD));
  }

  @ParameterizedTest
  @MethodSource("events")
  void anEventTakesAboutWhatItsRecordDoes(Event event) throws IOException {
    int recordBytes =
        WorkflowEvent.getEncoder().encode(EventEncoder.toAvro(DEFINITION, event)).remaining();

    assertThat(fitsBeside(event, EventRoom.BYTES - recordBytes - ABOUT)).isTrue();
    assertThat(fitsBeside(event, EventRoom.BYTES - recordBytes + ABOUT)).isFalse();
  }

  private static boolean fitsBeside(Event event, long bytesOfOthers) {
    EventRoom room = new EventRoom();
    room.take(bytesOfOthers);
    room.take(DEFINITION, event);
    return room.fits(null);
  }

  @Test
  void anOutputFitsUpToTheLastByte() {
    EventRoom room = new EventRoom();
    room.take(EventRoom.BYTES - 14L);

    assertThat(room.fits(new Payload("text", new byte[10]))).isTrue();
    assertThat(room.fits(new Payload("text", new byte[11]))).isFalse();
    assertThat(room.fits(null)).isTrue();
  }

  @Test
  void anOutputThatDoesNotFitSaysHowMuchThereIsAndWhatToDo() {
    EventRoom room = new EventRoom();
    room.take(EventRoom.BYTES);

    assertThat(room.tooLarge(new Payload("", new byte[10])))
        .isEqualTo(
            new Failure(
                "millrace.events-too-large",
                "output of 10 bytes, with 6291456 before it of the same input, at most 6291456"
                    + " together; wait between",
                false));
  }

  @Test
  void messagesAreCutOnceHalfOfTheRoomIsTaken() {
    Failure failure = new Failure("flaky", "x".repeat(129), true);
    EventRoom room = new EventRoom();
    room.take(EventRoom.BYTES / 2);
    assertThat(room.isShort()).isFalse();
    assertThat(room.shortened(failure)).isEqualTo(failure);

    room.take(1);
    assertThat(room.isShort()).isTrue();
    assertThat(room.shortened(failure)).isEqualTo(new Failure("flaky", "x".repeat(128), true));
  }
}
