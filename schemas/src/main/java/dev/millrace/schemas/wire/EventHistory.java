package dev.millrace.schemas.wire;

import dev.millrace.schemas.v1.EventSource;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.v1.WorkflowEvents;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The valid events of one workflow, made from its records on the events topic in the order of the
 * log. The engine may decide an input a second time after a crash; its record then carries sequence
 * numbers that were there before, and it supersedes every earlier event of its scope from its first
 * sequence number on: the later record in the log wins. The workflow itself is one scope, and each
 * chunk of the branches of a forEach step another, with a sequence of its own. Not thread-safe.
 */
public final class EventHistory {
  /**
   * One event and what its record says of it.
   *
   * @param scope empty for the workflow and its steps, {@code step/chunk} for branches, and {@code
   *     step/chunk/attempt} for those of a later attempt of their step
   * @param sequence number of the event in its scope, from 0
   * @param at when the engine decided
   * @param source kind of input that caused it
   * @param sourceOffset offset of that input; -1 for a timer
   * @param event what happened
   */
  public record Entry(
      String scope,
      long sequence,
      Instant at,
      EventSource source,
      long sourceOffset,
      WorkflowEvent event) {

    /** The event's id in the log of a workflow: the workflow's, the scope if any, the sequence. */
    public String id(String workflowId) {
      return scope.isEmpty()
          ? workflowId + "/" + sequence
          : workflowId + "/" + scope + "/" + sequence;
    }

    /** Whether nothing more happens to the workflow after this. */
    public boolean endsWorkflow() {
      return EventHistory.endsWorkflow(event.getType());
    }
  }

  /**
   * Events of a scope that the log no longer has, or that were not read.
   *
   * @param scope as in {@link Entry}
   * @param from first sequence number that is missing
   * @param to last sequence number that is missing
   */
  public record Gap(String scope, long from, long to) {}

  /** What a record did to the history. */
  public enum Outcome {
    /** It went on where its scope ended. */
    APPENDED,
    /** It took the place of the events of its scope from its first sequence number on. */
    SUPERSEDED,
    /** It is later than its scope's end; the events between are missing. */
    APPENDED_AFTER_GAP,
    /** It had been read before, by its offset, and changed nothing. */
    ALREADY_READ
  }

  private final List<Entry> entries = new ArrayList<>();
  private final List<Gap> gaps = new ArrayList<>();
  private final Map<String, Long> nextSequences = new HashMap<>();
  private long lastOffset = -1;

  /** Whether nothing more happens to a workflow after an event of this type. */
  public static boolean endsWorkflow(EventType type) {
    return switch (type) {
      case WORKFLOW_SUCCEEDED,
          WORKFLOW_FAILED,
          WORKFLOW_CANCELLED,
          WORKFLOW_TIMED_OUT,
          WORKFLOW_TERMINATED,
          WORKFLOW_REJECTED ->
          true;
      case UNKNOWN,
          WORKFLOW_STARTED,
          STEP_DISPATCHED,
          STEP_SUCCEEDED,
          ATTEMPT_FAILED,
          STEP_FAILED,
          STEP_SKIPPED,
          STEP_SUSPENDED,
          STEP_HELD,
          STEP_REPEATED,
          HEARTBEAT,
          SIGNAL_RECEIVED,
          WORKFLOW_PAUSED,
          WORKFLOW_RESUMED,
          WORKFLOW_ENDING,
          STEPS_RESET,
          PRIORITY_CHANGED,
          CONTROL_REFUSED,
          WORKFLOW_MIGRATED,
          BRANCHES_OPENED,
          BRANCHES_REPORTED,
          SCHEDULE_SET,
          SCHEDULE_PAUSED,
          SCHEDULE_RESUMED,
          SCHEDULE_DELETED,
          BACKFILL_ACCEPTED,
          BACKFILL_DONE,
          SLOT_STARTED,
          SLOT_QUEUED,
          SLOT_SKIPPED,
          SLOTS_MISSED,
          SLOT_CANCEL_REQUESTED,
          SLOT_ENDED ->
          false;
    };
  }

  /**
   * Takes the next record of the workflow.
   *
   * @param offset the record's offset in its partition; one that is not beyond the last was read
   *     before, for instance by a reader that started again from its committed offset
   */
  public Outcome add(long offset, WorkflowEvents record) {
    if (offset <= lastOffset) {
      return Outcome.ALREADY_READ;
    }
    lastOffset = offset;
    String scope = record.getScope();
    long first = record.getFirstSequence();
    long next = nextSequences.getOrDefault(scope, 0L);
    Outcome outcome = Outcome.APPENDED;
    if (first < next) {
      cutFrom(scope, first);
      outcome = Outcome.SUPERSEDED;
    } else if (first > next) {
      gaps.add(new Gap(scope, next, first - 1));
      outcome = Outcome.APPENDED_AFTER_GAP;
    }
    long sequence = first;
    for (WorkflowEvent event : record.getEvents()) {
      entries.add(
          new Entry(
              scope,
              sequence++,
              record.getAt(),
              record.getSource(),
              record.getSourceOffset(),
              event));
    }
    nextSequences.put(scope, sequence);
    return outcome;
  }

  private void cutFrom(String scope, long sequence) {
    entries.removeIf(entry -> entry.sequence() >= sequence && entry.scope().equals(scope));
    gaps.removeIf(gap -> gap.from() >= sequence && gap.scope().equals(scope));
    gaps.replaceAll(
        gap ->
            gap.to() >= sequence && gap.scope().equals(scope)
                ? new Gap(scope, gap.from(), sequence - 1)
                : gap);
  }

  /** The valid events of all scopes in the order of the log; a view that later records change. */
  public List<Entry> entries() {
    return Collections.unmodifiableList(entries);
  }

  /** What is missing among and before the valid events of each scope; a view likewise. */
  public List<Gap> gaps() {
    return Collections.unmodifiableList(gaps);
  }
}
