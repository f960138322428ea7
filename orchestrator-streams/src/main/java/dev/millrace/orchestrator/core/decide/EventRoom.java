package dev.millrace.orchestrator.core.decide;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.core.event.AttemptFailed;
import dev.millrace.orchestrator.core.event.AttemptHeard;
import dev.millrace.orchestrator.core.event.BranchesOpened;
import dev.millrace.orchestrator.core.event.BranchesReported;
import dev.millrace.orchestrator.core.event.ChunkOpened;
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
import dev.millrace.orchestrator.core.event.WorkflowResumed;
import dev.millrace.orchestrator.core.event.WorkflowStarted;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.BatchResults;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.ItemResult;
import dev.millrace.orchestrator.core.state.Payload;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How much room the events of one input still have, which all go into one record. Outputs that the
 * engine computes itself may take it up, then their steps fail; what cannot be left out is kept
 * short before. Sizes are about those of the record. Belongs to one input; not thread-safe.
 */
public final class EventRoom {
  /**
   * Most bytes of events with outputs of one input. What is left of a record is for events without
   * payloads: one or two for each of the most steps that a definition has.
   */
  public static final int BYTES = 6 * 1024 * 1024;

  /** Where messages are cut, and where what can wait does, in bytes. */
  private static final int SHORT_OF_BYTES = BYTES / 2;

  /** Longest message of a failure when there is little room, in characters. */
  private static final int SHORT_MESSAGE_CHARS = 128;

  /** What an event takes beside its texts and payloads, in bytes. */
  private static final int EVENT_BYTES = 48;

  private long taken;

  /** Takes the room of an event. */
  void take(CompiledDefinition definition, Event event) {
    take(bytes(definition, event));
  }

  /** Takes room for what only the codec can measure. */
  void take(long bytes) {
    taken += bytes;
  }

  /** Whether an output has room. */
  boolean fits(@Nullable Payload output) {
    return taken + bytes(output) <= BYTES;
  }

  /** Whether what need not be decided now should wait for another input. */
  boolean isShort() {
    return taken > SHORT_OF_BYTES;
  }

  /** A failure, with a shorter message when there is little room. */
  Failure shortened(Failure failure) {
    return isShort() && failure.message().length() > SHORT_MESSAGE_CHARS
        ? new Failure(
            failure.type(),
            Failure.cut(failure.message(), SHORT_MESSAGE_CHARS),
            failure.retryable())
        : failure;
  }

  /** Why a step fails whose output has no room. */
  Failure tooLarge(Payload output) {
    return new Failure(
        Failure.EVENTS_TOO_LARGE,
        "output of %d bytes, with %d before it of the same input, at most %d together; wait between"
            .formatted(output.data().length, taken, BYTES),
        false);
  }

  private static long bytes(CompiledDefinition definition, Event event) {
    return EVENT_BYTES
        + switch (event) {
          case WorkflowStarted started -> bytes(started.input());
          case StepDispatched step -> id(definition, step.step());
          case StepSuspended step ->
              id(definition, step.step()) + (step.child() == null ? 0 : step.child().length());
          case StepHeld step -> id(definition, step.step());
          case StepSkipped step -> id(definition, step.step());
          case StepRepeated step -> id(definition, step.step());
          case StepSucceeded step ->
              id(definition, step.step())
                  + bytes(step.output())
                  + ids(definition, step.notTaken())
                  + bytes(step.results());
          case BranchesOpened step -> id(definition, step.step());
          case BranchesReported step -> id(definition, step.step());
          case ChunkOpened chunk -> chunk.tenant().length();
          case AttemptFailed step ->
              id(definition, step.step()) + bytes(step.failure()) + bytes(step.results());
          case StepFailed step ->
              id(definition, step.step()) + bytes(step.failure()) + bytes(step.results());
          case StepsReset reset -> ids(definition, reset.steps());
          case AttemptHeard step -> id(definition, step.step()) + bytes(step.progress());
          case SignalReceived signal -> bytes(signal.payload());
          case WorkflowPaused paused -> 0;
          case WorkflowResumed resumed -> 0;
          case PriorityChanged changed -> 0;
          case WorkflowMigrated migrated -> bytes(migrated.report());
          case MigrationTried tried -> bytes(tried.report());
          case ControlRefused refused -> refused.message().length();
          case WorkflowEnding ending -> bytes(ending.output()) + bytes(ending.outcome().failure());
          case WorkflowEnded ended -> bytes(ended.output()) + bytes(ended.outcome().failure());
        };
  }

  private static long id(CompiledDefinition definition, int step) {
    return definition.step(step).id().length();
  }

  private static long ids(CompiledDefinition definition, List<Integer> steps) {
    long bytes = 0;
    for (int step : steps) {
      bytes += 1 + id(definition, step);
    }
    return bytes;
  }

  private static long bytes(@Nullable Payload payload) {
    return payload == null ? 0 : payload.contentType().length() + (long) payload.data().length;
  }

  private static long bytes(@Nullable Failure failure) {
    return failure == null
        ? 0
        : failure.type().length() + (long) failure.message().getBytes(UTF_8).length;
  }

  private static long bytes(List<ItemResult> results) {
    long bytes = 0;
    for (ItemResult result : results) {
      bytes += BatchResults.bytes(result) + bytes(result.failure());
    }
    return bytes;
  }
}
