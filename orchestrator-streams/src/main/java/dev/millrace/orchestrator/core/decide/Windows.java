package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.definition.DeliveryWindow;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;

/** When delivery windows are open. */
final class Windows {
  /** Two weeks, so that a window that a change of the clocks leaves out has a next one. */
  private static final int DAYS_AHEAD = 15;

  private Windows() {}

  /**
   * When the window is open next: now, if it is, or else when it opens, in epoch milliseconds. A
   * local time that a change of the clocks leaves out is the first one after it; one that comes
   * twice is the first of the two.
   */
  static long opensAtMs(DeliveryWindow window, long nowMs) {
    Instant now = Instant.ofEpochMilli(nowMs);
    LocalDate yesterday = now.atZone(window.zone()).toLocalDate().minusDays(1);
    for (int i = 0; i <= DAYS_AHEAD; i++) {
      LocalDate day = yesterday.plusDays(i);
      if (!window.days().contains(day.getDayOfWeek())) {
        continue;
      }
      Instant opens = instant(day.atTime(window.from()), window.zone());
      LocalDate lastDay = window.to().isAfter(window.from()) ? day : day.plusDays(1);
      Instant closes = instant(lastDay.atTime(window.to()), window.zone());
      if (closes.isAfter(now) && closes.isAfter(opens)) {
        return Math.max(nowMs, opens.toEpochMilli());
      }
    }
    throw new IllegalStateException("a window without days: " + window);
  }

  private static Instant instant(LocalDateTime local, ZoneId zone) {
    ZoneOffsetTransition change = zone.getRules().getTransition(local);
    return change != null && change.isGap() ? change.getInstant() : local.atZone(zone).toInstant();
  }
}
