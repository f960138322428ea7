package dev.millrace.cli.workflow;

import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.schemas.v1.EventSource;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.ItemResult;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.wire.EventHistory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What became of one attempt of a step or branch: what the engine decided, by the events, and what
 * the worker reported, by its completion where the topic still has it.
 *
 * @param number of the attempt
 * @param begun the event of its dispatch, or of what it waits for; null when that is missing
 * @param outcome the event of its end; null while there is none
 * @param completion what the worker reported; null when it did not, or that is missing
 */
record AttemptReport(
    int number,
    EventHistory.@Nullable Entry begun,
    EventHistory.@Nullable Entry outcome,
    @Nullable StepCompletion completion) {

  private static final Set<EventType> BEGINNINGS =
      Set.of(EventType.STEP_DISPATCHED, EventType.STEP_SUSPENDED, EventType.BRANCHES_OPENED);

  private static final Set<EventType> ENDS =
      Set.of(EventType.STEP_SUCCEEDED, EventType.ATTEMPT_FAILED, EventType.STEP_FAILED);

  /** Whether an event of a type is the first of an attempt. */
  static boolean begins(EventType type) {
    return BEGINNINGS.contains(type);
  }

  /**
   * What the log has of an attempt; empty when it has nothing.
   *
   * @param of the step or branch
   * @param completions finds a completion by its offset
   */
  static Optional<AttemptReport> find(
      EventHistory log,
      StepOrBranch of,
      int number,
      LongFunction<@Nullable StepCompletion> completions) {
    EventHistory.Entry begun = null;
    EventHistory.Entry outcome = null;
    for (EventHistory.Entry entry : log.entries()) {
      WorkflowEvent event = entry.event();
      if (of.isOf(entry) && event.getAttempt() == number) {
        if (begins(event.getType())) {
          begun = begun == null ? entry : begun;
        } else if (ENDS.contains(event.getType())) {
          outcome = entry;
        }
      }
    }
    if (begun == null && outcome == null) {
      return Optional.empty();
    }
    StepCompletion completion = null;
    if (outcome != null && outcome.source() == EventSource.COMPLETION) {
      StepCompletion read = completions.apply(outcome.sourceOffset());
      boolean isIts = read != null && of.isOf(read) && read.getAttempt() == number;
      completion = isIts ? read : null;
    }
    return Optional.of(new AttemptReport(number, begun, outcome, completion));
  }

  /** The type of the event of its end; OPEN while there is none. */
  String result() {
    return outcome == null ? "OPEN" : outcome.event().getType().name();
  }

  @Nullable Instant dispatchedAt() {
    return begun == null ? null : begun.at();
  }

  @Nullable Instant endedAt() {
    return outcome == null ? null : outcome.at();
  }

  /** When the attempt would have timed out. */
  @Nullable Instant timesOutAt() {
    return begun == null ? null : begun.event().getDueAt();
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

  /** The workflow that it waits for, or has waited for; empty when it is none. */
  String child() {
    return begun != null && begun.event().getType() == EventType.STEP_SUSPENDED
        ? begun.event().getName()
        : "";
  }

  /** How many items its batch has; 0 where it is none, or the attempt has not ended. */
  int items() {
    return results().size();
  }

  /** How many items of its batch have failed until its end, or are to be tried again. */
  int failedItems() {
    return (int) results().stream().filter(each -> each.getFailure() != null).count();
  }

  private List<ItemResult> results() {
    List<ItemResult> results = outcome == null ? null : outcome.event().getResults();
    return results == null ? List.of() : results;
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
