package dev.millrace.orchestrator.core.schedule;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The slots of a cron expression in a time zone. When clocks are put forward, a local time that is
 * left out is a slot at the moment of the change; when they are put back, one that comes twice is a
 * slot the first time only. An expression of every hour says how often and not when: its slots
 * follow the clock as it runs, so that what is left out is no slot and what comes twice is two.
 */
public final class CronRecurrence implements Recurrence {
  private final CronExpression expression;
  private final ZoneRules rules;

  CronRecurrence(CronExpression expression, ZoneId zone) {
    this.expression = expression;
    this.rules = zone.getRules();
  }

  @Override
  public long nextAfter(long afterMs) {
    if (afterMs >= END_OF_TIME_MS) {
      return NEVER;
    }
    Instant after = Instant.ofEpochMilli(afterMs);
    Instant next = expression.isOfEveryHour() ? nextByTheClock(after) : nextByLocalTime(after);
    return next == null || next.toEpochMilli() >= END_OF_TIME_MS ? NEVER : next.toEpochMilli();
  }

  /** The instants of local times never go back, so the first that is late enough is the next. */
  private @Nullable Instant nextByLocalTime(Instant after) {
    LocalDateTime local =
        expression.firstFrom(LocalDateTime.ofInstant(after, rules.getOffset(after)));
    while (local != null && !instantOf(local).isAfter(after)) {
      local = expression.firstFrom(local.plusMinutes(1));
    }
    return local == null ? null : instantOf(local);
  }

  private Instant instantOf(LocalDateTime local) {
    List<ZoneOffset> offsets = rules.getValidOffsets(local);
    return offsets.isEmpty()
        ? rules.getTransition(local).getInstant()
        : local.toInstant(offsets.getFirst());
  }

  /** Looks from one change of the clock to the next: between them local time runs evenly. */
  private @Nullable Instant nextByTheClock(Instant after) {
    Instant from = after.plusMillis(1);
    ZoneOffset offset = rules.getOffset(from);
    while (true) {
      LocalDateTime local = expression.firstFrom(LocalDateTime.ofInstant(from, offset));
      if (local == null) {
        return null;
      }
      Instant next = local.toInstant(offset);
      ZoneOffsetTransition change = rules.nextTransition(from);
      if (change == null || next.isBefore(change.getInstant())) {
        return next;
      }
      from = change.getInstant();
      offset = change.getOffsetAfter();
    }
  }
}
