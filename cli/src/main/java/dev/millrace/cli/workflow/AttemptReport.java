package dev.millrace.cli.workflow;

import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.schemas.v1.EventSource;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.wire.EventHistory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What became of one attempt of a step: what the engine decided, by the events, and what the worker
 * reported, by its completion where the topic still has it.
 *
 * @param number of the attempt
 * @param dispatched the event of its dispatch; null when that is missing
 * @param outcome the event of its end; null while there is none
 * @param completion what the worker reported; null when it did not, or that is missing
 */
record AttemptReport(
    int number,
    EventHistory.@Nullable Entry dispatched,
    EventHistory.@Nullable Entry outcome,
    @Nullable StepCompletion completion) {

  private static final Set<EventType> ENDS =
      Set.of(EventType.STEP_SUCCEEDED, EventType.ATTEMPT_FAILED, EventType.STEP_FAILED);

  /**
   * What the log has of an attempt of a step, not of a branch; empty when it has nothing.
   *
   * @param completions finds a completion by its offset
   */
  static Optional<AttemptReport> find(
      EventHistory log,
      String step,
      int number,
      LongFunction<@Nullable StepCompletion> completions) {
    EventHistory.Entry dispatched = null;
    EventHistory.Entry outcome = null;
    for (EventHistory.Entry entry : log.entries()) {
      WorkflowEvent event = entry.event();
      boolean isOfStep = entry.scope().isEmpty() && event.getStep().equals(step);
      if (isOfStep && event.getAttempt() == number) {
        if (event.getType() == EventType.STEP_DISPATCHED) {
          dispatched = entry;
        } else if (ENDS.contains(event.getType())) {
          outcome = entry;
        }
      }
    }
    if (dispatched == null && outcome == null) {
      return Optional.empty();
    }
    StepCompletion completion = null;
    if (outcome != null && outcome.source() == EventSource.COMPLETION) {
      StepCompletion read = completions.apply(outcome.sourceOffset());
      boolean isIts = read != null && read.getStep().equals(step) && read.getAttempt() == number;
      completion = isIts ? read : null;
    }
    return Optional.of(new AttemptReport(number, dispatched, outcome, completion));
  }

  /** The type of the event of its end; OPEN while there is none. */
  String result() {
    return outcome == null ? "OPEN" : outcome.event().getType().name();
  }

  @Nullable Instant dispatchedAt() {
    return dispatched == null ? null : dispatched.at();
  }

  @Nullable Instant endedAt() {
    return outcome == null ? null : outcome.at();
  }

  /** When the attempt would have timed out. */
  @Nullable Instant timesOutAt() {
    return dispatched == null ? null : dispatched.event().getDueAt();
  }

  /** When the attempt after it was due. */
  @Nullable Instant nextAt() {
    return outcome == null ? null : outcome.event().getDueAt();
  }

  /** From its dispatch to its end, both by the engine's clock. */
  @Nullable Duration took() {
    return between(dispatchedAt(), endedAt());
  }

  /** From its dispatch to the call of its handler, by the clocks of the engine and the worker. */
  @Nullable Duration inQueue() {
    return between(dispatchedAt(), reported(completion == null ? null : completion.getStartedAt()));
  }

  /** From the call of its handler to its return, by the worker's clock. */
  @Nullable Duration running() {
    return completion == null
        ? null
        : between(reported(completion.getStartedAt()), reported(completion.getEndedAt()));
  }

  /** From the return of its handler to the engine's decision, by the clocks of both. */
  @Nullable Duration reporting() {
    return between(reported(completion == null ? null : completion.getEndedAt()), endedAt());
  }

  String worker() {
    return completion == null ? "" : completion.getWorker();
  }

  @Nullable Failure failure() {
    return outcome == null ? null : outcome.event().getFailure();
  }

  @Nullable Payload output() {
    dev.millrace.schemas.v1.Payload payload = outcome == null ? null : outcome.event().getPayload();
    if (payload == null) {
      return null;
    }
    ByteBuffer data = payload.getData();
    byte[] bytes = new byte[data.remaining()];
    data.get(data.position(), bytes);
    return new Payload(payload.getContentType(), bytes);
  }

  /** A time that a worker reported; null for 1970, which stands for none. */
  private static @Nullable Instant reported(@Nullable Instant time) {
    return time == null || time.equals(Instant.EPOCH) ? null : time;
  }

  private static @Nullable Duration between(@Nullable Instant from, @Nullable Instant to) {
    return from == null || to == null ? null : Duration.between(from, to);
  }
}
