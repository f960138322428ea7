package dev.millrace.orchestrator.core.schedule;

import dev.millrace.orchestrator.core.state.Payload;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a schedule stands. Immutable; only {@link ScheduleEvolver} makes the next one. Times are
 * epoch milliseconds.
 *
 * @param status where it is in its life
 * @param spec what it says; null only while it is absent
 * @param nextSequence the sequence number that its next event gets
 * @param cursorMs slots up to this time have been looked at
 * @param deletedAtMs when it was deleted; 0 while it is not
 * @param running slots whose workflow was started and has not ended as far as is known, in the
 *     order in which they were started
 * @param waiting slots that wait for those to end, in the order in which they came
 * @param backfills ranges that are to be started, the first one in work
 * @param carried the last output, which the next slot starts with; null for none yet
 * @param counts what has become of its slots
 */
public record ScheduleState(
    Status status,
    @Nullable ScheduleSpec spec,
    long nextSequence,
    long cursorMs,
    long deletedAtMs,
    List<Running> running,
    List<Long> waiting,
    List<Range> backfills,
    @Nullable Payload carried,
    Counts counts) {

  /** A schedule of which nothing is known. */
  public static final ScheduleState ABSENT =
      new ScheduleState(
          Status.ABSENT,
          null,
          0,
          0,
          0,
          List.of(),
          List.of(),
          List.of(),
          null,
          new Counts(0, 0, 0, 0, 0));

  public ScheduleState {
    running = List.copyOf(running);
    waiting = List.copyOf(waiting);
    backfills = List.copyOf(backfills);
  }

  /** Where a schedule is in its life. */
  public enum Status {
    /** Nothing is known of it. */
    ABSENT,
    /** It starts workflows. */
    ACTIVE,
    /** It starts none until it is resumed. */
    PAUSED,
    /** It is remembered so that what is read again does not bring it back. */
    DELETED
  }

  /**
   * A slot whose workflow runs.
   *
   * @param slotMs the slot
   * @param cancelled whether it was asked to cancel
   */
  public record Running(long slotMs, boolean cancelled) {}

  /**
   * A back-fill.
   *
   * @param fromMs the first time that can be a slot of it that has not been looked at
   * @param toMs behind the last time that can be one
   * @param overlap policy for its slots
   */
  public record Range(long fromMs, long toMs, OverlapPolicy overlap) {}

  /**
   * What has become of slots since the schedule was made.
   *
   * @param started their workflow was started
   * @param skipped they were left out
   * @param missed nobody looked at them in time
   * @param succeeded their workflow succeeded
   * @param failed their workflow did not succeed, or could not be started
   */
  public record Counts(long started, long skipped, long missed, long succeeded, long failed) {}

  /** Whether a slot's workflow runs, as far as is known. */
  public boolean isRunning(long slotMs) {
    return running.stream().anyMatch(each -> each.slotMs() == slotMs);
  }

  /** What it says, of one that was ever set. */
  public ScheduleSpec setSpec() {
    if (spec == null) {
      throw new IllegalStateException("a schedule that was never set says nothing");
    }
    return spec;
  }
}
