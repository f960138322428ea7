package dev.millrace.orchestrator.store;

import dev.millrace.orchestrator.codec.StoredSchedule;
import dev.millrace.orchestrator.core.schedule.ScheduleState;
import dev.millrace.orchestrator.core.state.WorkflowView;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The schedules of one stream task, in the store of its workflows and under the same rule: a timer
 * is put before the record that speaks of it, and deleted after it. Not thread-safe.
 */
public final class ScheduleStore {
  private static final RecordKind KIND = RecordKind.SCHEDULE;

  private final WorkflowStore store;

  ScheduleStore(WorkflowStore store) {
    this.store = store;
  }

  /** Whether there may be any schedule here; false is certain. */
  public boolean mayHaveAny() {
    return store.mayHave(KIND);
  }

  /** A schedule, running, paused or deleted; null when nothing is known of it. */
  public @Nullable StoredSchedule load(String scheduleId) {
    byte[] stored = mayHaveAny() ? store.get(Keys.record(KIND, scheduleId)) : null;
    return stored == null ? null : StoredSchedule.of(stored);
  }

  /**
   * Stores a schedule and moves its timer.
   *
   * @param former what was stored until now; {@link StoredSchedule#ABSENT} for nothing
   * @param timerMs when it must next be looked at; {@link WorkflowView#NO_DEADLINE} for never
   */
  public void save(
      String scheduleId,
      StoredSchedule former,
      ScheduleState state,
      long changeOffset,
      long reportOffset,
      long timerMs) {
    store.note(KIND);
    boolean moved = former.armedTimerMs() != timerMs;
    if (timerMs != WorkflowView.NO_DEADLINE
        && (moved || former.incarnation() != store.incarnation())) {
      store.putTimer(timerMs, KIND, scheduleId);
    }
    StoredSchedule next =
        new StoredSchedule(state, changeOffset, reportOffset, timerMs, store.incarnation());
    store.put(Keys.record(KIND, scheduleId), next.toBytes());
    if (moved && former.armedTimerMs() != WorkflowView.NO_DEADLINE) {
      store.deleteTimer(former.armedTimerMs(), KIND, scheduleId);
    }
  }

  /**
   * Puts a schedule as it is, unless this life of the task has done so already: for an input that
   * is read again and whose effect the state holds. Once that input is committed nothing else might
   * bring the state to the changelog.
   */
  public void putAgain(String scheduleId, StoredSchedule schedule) {
    if (schedule.incarnation() != store.incarnation()) {
      save(
          scheduleId,
          schedule,
          schedule.state(),
          schedule.changeOffset(),
          schedule.reportOffset(),
          schedule.armedTimerMs());
    }
  }

  /** Forgets a deleted schedule. */
  public void forget(String scheduleId, StoredSchedule schedule) {
    Bytes key = Keys.record(KIND, scheduleId);
    store.put(key, null);
    if (schedule.armedTimerMs() != WorkflowView.NO_DEADLINE) {
      store.deleteTimer(schedule.armedTimerMs(), KIND, scheduleId);
    }
  }
}
