package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.definition.DeliveryWindow;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;

/** When delivery windows are open. */
final class Windows {
  private static final int DAYS_AHEAD = 8;

  private Windows() {}

  /**
   * When the window is open next: now, if it is, or else when it opens, in epoch milliseconds. A
   * local time that a change of the clocks leaves out is the first one after it.
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
      if (instant(lastDay.atTime(window.to()), window.zone()).isAfter(now)) {
        return Math.max(nowMs, opens.toEpochMilli());
      }
    }
    throw new IllegalStateException("a window without days: " + window);
  }

  private static Instant instant(LocalDateTime time, ZoneId zone) {
    ZoneOffsetTransition change = zone.getRules().getTransition(time);
    return change != null && change.isGap() ? change.getInstant() : time.atZone(zone).toInstant();
  }
}
