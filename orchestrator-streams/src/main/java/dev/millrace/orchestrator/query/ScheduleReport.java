package dev.millrace.orchestrator.query;

import dev.millrace.orchestrator.codec.StoredSchedule;
import dev.millrace.orchestrator.core.schedule.InvalidScheduleException;
import dev.millrace.orchestrator.core.schedule.OverlapPolicy;
import dev.millrace.orchestrator.core.schedule.Recurrence;
import dev.millrace.orchestrator.core.schedule.ScheduleSpec;
import dev.millrace.orchestrator.core.schedule.ScheduleState;
import dev.millrace.orchestrator.core.schedule.Slots;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a schedule, as the HTTP face shows it.
 *
 * @param scheduleId its id
 * @param status where it is in its life
 * @param definition name of the definition that it starts
 * @param version its version; 0 for the highest at each time
 * @param cron when, as a cron expression; empty if by interval
 * @param interval when, as an interval in ISO 8601; empty if by cron
 * @param timeZone time zone of its times
 * @param overlap what becomes of a time while an earlier workflow runs
 * @param catchUp how late a time may be looked at, in ISO 8601
 * @param carry whether the last output is the next input
 * @param tenant owner of its workflows
 * @param priority of its workflows
 * @param nextAt its next time; null while it starts nothing
 * @param running ids of the workflows that run as far as it knows, at most {@link #SHOWN}
 * @param waiting times that wait for these to end, at most {@link #SHOWN}
 * @param backfills ranges that are not done
 * @param counts what has become of its times
 */
public record ScheduleReport(
    String scheduleId,
    ScheduleState.Status status,
    String definition,
    int version,
    String cron,
    String interval,
    String timeZone,
    OverlapPolicy overlap,
    String catchUp,
    boolean carry,
    String tenant,
    int priority,
    @Nullable Instant nextAt,
    List<String> running,
    List<Instant> waiting,
    List<Backfill> backfills,
    ScheduleState.Counts counts) {
  /** Most workflows, and most times, that are shown. */
  public static final int SHOWN = 100;

  /**
   * A back-fill.
   *
   * @param from where what is left of it begins
   * @param to behind its last time
   * @param overlap policy for its times
   */
  public record Backfill(Instant from, Instant to, OverlapPolicy overlap) {}

  static ScheduleReport of(String scheduleId, StoredSchedule stored) {
    ScheduleState state = stored.state();
    ScheduleSpec spec = state.setSpec();
    return new ScheduleReport(
        scheduleId,
        state.status(),
        spec.definition(),
        spec.version(),
        spec.cron(),
        spec.intervalMs() == 0 ? "" : Duration.ofMillis(spec.intervalMs()).toString(),
        spec.timeZone(),
        spec.overlap(),
        Duration.ofMillis(spec.catchUpMs()).toString(),
        spec.carry(),
        spec.tenant(),
        spec.priority(),
        nextAt(state),
        state.running().stream()
            .limit(SHOWN)
            .map(each -> Slots.workflowId(scheduleId, each.slotMs()))
            .toList(),
        state.waiting().stream().limit(SHOWN).map(Instant::ofEpochMilli).toList(),
        state.backfills().stream()
            .map(
                each ->
                    new Backfill(
                        Instant.ofEpochMilli(each.fromMs()),
                        Instant.ofEpochMilli(each.toMs()),
                        each.overlap()))
            .toList(),
        state.counts());
  }

  /** There is none where the time zone is not known; the engine's log says so each minute. */
  private static @Nullable Instant nextAt(ScheduleState state) {
    if (state.status() != ScheduleState.Status.ACTIVE) {
      return null;
    }
    try {
      long nextMs = state.setSpec().recurrence().nextAfter(state.cursorMs());
      return nextMs == Recurrence.NEVER ? null : Instant.ofEpochMilli(nextMs);
    } catch (InvalidScheduleException e) {
      return null;
    }
  }
}
