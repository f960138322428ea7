package dev.millrace.orchestrator.core.schedule;

import dev.millrace.orchestrator.core.definition.Excerpt;
import dev.millrace.orchestrator.core.state.Payload;
import java.time.DateTimeException;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * What is started, and when.
 *
 * @param definition name of the workflow definition
 * @param version its version; 0 for the highest at the time of each slot
 * @param cron when, as a cron expression; empty if by interval
 * @param intervalMs when, as an interval in milliseconds; 0 if by cron
 * @param timeZone where the times of the cron expression, or the origin of the interval, hold
 * @param overlap what becomes of a slot while a workflow of an earlier one runs
 * @param catchUpMs how late a slot may be looked at and still be taken, in milliseconds
 * @param input what each workflow starts with; null for nothing
 * @param carry whether the last output takes the place of the input
 * @param tenant owner of the workflows
 * @param priority of the workflows, 0 (lowest) to 9 (highest)
 */
public record ScheduleSpec(
    String definition,
    int version,
    String cron,
    long intervalMs,
    String timeZone,
    OverlapPolicy overlap,
    long catchUpMs,
    @Nullable Payload input,
    boolean carry,
    String tenant,
    int priority) {

  /**
   * When the slots are.
   *
   * @throws InvalidScheduleException when this is not said, or not so that it can be meant
   */
  public Recurrence recurrence() throws InvalidScheduleException {
    boolean byCron = !cron.isEmpty();
    if (byCron == (intervalMs != 0)) {
      throw new InvalidScheduleException(
          ScheduleRefusal.INTERVAL,
          byCron
              ? "cron and intervalMs are both given; give one of them"
              : "neither cron nor intervalMs is given; give one of them");
    }
    if (!byCron
        && (intervalMs < ScheduleLimits.SHORTEST_INTERVAL_MS
            || intervalMs > ScheduleLimits.LONGEST_INTERVAL_MS
            || intervalMs % 1_000 != 0)) {
      throw new InvalidScheduleException(
          ScheduleRefusal.INTERVAL,
          "intervalMs is %d, allowed are whole seconds from %d to %d"
              .formatted(
                  intervalMs,
                  ScheduleLimits.SHORTEST_INTERVAL_MS,
                  ScheduleLimits.LONGEST_INTERVAL_MS));
    }
    ZoneId zone = zone();
    return byCron
        ? new CronRecurrence(CronExpression.parse(cron), zone)
        : new IntervalRecurrence(intervalMs, zone);
  }

  private ZoneId zone() throws InvalidScheduleException {
    try {
      return ZoneId.of(timeZone);
    } catch (DateTimeException e) {
      throw new InvalidScheduleException(
          ScheduleRefusal.TIME_ZONE,
          "timeZone %s is not known; give one such as Europe/Zurich, UTC or +05:30"
              .formatted(Excerpt.of(timeZone)));
    }
  }

  /**
   * When the slots are, of a schedule that is being set.
   *
   * @param nowMs there must be a slot after this
   * @throws InvalidScheduleException when any of what can be checked is wrong
   */
  public Recurrence checked(long nowMs) throws InvalidScheduleException {
    Recurrence recurrence = recurrence();
    if (catchUpMs < ScheduleLimits.SHORTEST_CATCH_UP_MS
        || catchUpMs > ScheduleLimits.LONGEST_CATCH_UP_MS) {
      throw new InvalidScheduleException(
          ScheduleRefusal.CATCH_UP,
          "catchUpMs is %d, allowed are %d to %d"
              .formatted(
                  catchUpMs,
                  ScheduleLimits.SHORTEST_CATCH_UP_MS,
                  ScheduleLimits.LONGEST_CATCH_UP_MS));
    }
    if (recurrence.nextAfter(nowMs) == Recurrence.NEVER) {
      throw new InvalidScheduleException(
          ScheduleRefusal.NEVER,
          "cron %s has no next time: no month of the following years has such a day"
              .formatted(Excerpt.of(cron)));
    }
    return recurrence;
  }
}
