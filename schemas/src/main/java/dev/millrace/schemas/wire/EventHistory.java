package dev.millrace.schemas.wire;

import dev.millrace.schemas.v1.EventSource;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.v1.WorkflowEvents;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The valid events of one workflow, made from its records on the events topic in the order of the
 * log. The engine may decide an input a second time after a crash; its record then carries sequence
 * numbers that were there before, and it supersedes every earlier event from its first sequence
 * number on: the later record in the log wins. Not thread-safe.
 */
public final class EventHistory {
  /**
   * One event and what its record says of it.
   *
   * @param sequence number of the event in its workflow, from 0
   * @param at when the engine decided
   * @param source kind of input that caused it
   * @param sourceOffset offset of that input; -1 for a timer
   * @param event what happened
   */
  public record Entry(
      long sequence, Instant at, EventSource source, long sourceOffset, WorkflowEvent event) {

    /** Whether nothing more happens to the workflow after this. */
    public boolean endsWorkflow() {
      return switch (event.getType()) {
        case WORKFLOW_SUCCEEDED,
            WORKFLOW_FAILED,
            WORKFLOW_CANCELLED,
            WORKFLOW_TIMED_OUT,
            WORKFLOW_REJECTED ->
            true;
        case UNKNOWN,
            WORKFLOW_STARTED,
            STEP_DISPATCHED,
            STEP_SUCCEEDED,
            ATTEMPT_FAILED,
            STEP_FAILED ->
            false;
      };
    }
  }

  /**
   * Events that the log no longer has, or that were not read.
   *
   * @param from first sequence number that is missing
   * @param to last sequence number that is missing
   */
  public record Gap(long from, long to) {}

  /** What a record did to the history. */
  public enum Outcome {
    /** It went on where the history ended. */
    APPENDED,
    /** It took the place of the events from its first sequence number on. */
    SUPERSEDED,
    /** It is later than the history's end; the events between are missing. */
    APPENDED_AFTER_GAP,
    /** It had been read before, by its offset, and changed nothing. */
    ALREADY_READ
  }

  private final List<Entry> entries = new ArrayList<>();
  private final List<Gap> gaps = new ArrayList<>();
  private long lastOffset = -1;
  private long nextSequence;

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
    long first = record.getFirstSequence();
    Outcome outcome = Outcome.APPENDED;
    if (first < nextSequence) {
      cutFrom(first);
      outcome = Outcome.SUPERSEDED;
    } else if (first > nextSequence) {
      gaps.add(new Gap(nextSequence, first - 1));
      outcome = Outcome.APPENDED_AFTER_GAP;
    }
    nextSequence = first;
    for (WorkflowEvent event : record.getEvents()) {
      entries.add(
          new Entry(
              nextSequence++, record.getAt(), record.getSource(), record.getSourceOffset(), event));
    }
    return outcome;
  }

  private void cutFrom(long sequence) {
    while (!entries.isEmpty() && entries.getLast().sequence() >= sequence) {
      entries.removeLast();
    }
    gaps.removeIf(gap -> gap.from() >= sequence);
    if (!gaps.isEmpty() && gaps.getLast().to() >= sequence) {
      long from = gaps.removeLast().from();
      gaps.add(new Gap(from, sequence - 1));
    }
  }

  /** The valid events in order; a view that later records change. */
  public List<Entry> entries() {
    return Collections.unmodifiableList(entries);
  }

  /** What is missing among and before the valid events, in order; a view likewise. */
  public List<Gap> gaps() {
    return Collections.unmodifiableList(gaps);
  }
}
