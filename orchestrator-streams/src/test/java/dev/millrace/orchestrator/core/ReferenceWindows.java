package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.core.definition.DeliveryWindow;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;

/** When delivery windows are open, minute by minute. */
final class ReferenceWindows {
  private ReferenceWindows() {}

  /** The first time from one on at which a window is open. */
  static long opensAtMs(DeliveryWindow window, long nowMs) {
    if (isOpen(window, nowMs)) {
      return nowMs;
    }
    long minuteMs = 60_000;
    long atMs = nowMs - Math.floorMod(nowMs, minuteMs) + minuteMs;
    while (!isOpen(window, atMs)) {
      atMs += minuteMs;
    }
    return atMs;
  }

  private static boolean isOpen(DeliveryWindow window, long atMs) {
    ZonedDateTime at = Instant.ofEpochMilli(atMs).atZone(window.zone());
    LocalTime time = at.toLocalTime().truncatedTo(ChronoUnit.MILLIS);
    boolean isToday = window.days().contains(at.getDayOfWeek());
    boolean isYesterday = window.days().contains(at.getDayOfWeek().minus(1));
    boolean isAfterOpening = !time.isBefore(window.from());
    boolean isBeforeClosing = time.isBefore(window.to());
    if (window.to().isAfter(window.from())) {
      return isToday && isAfterOpening && isBeforeClosing;
    }
    return (isToday && isAfterOpening) || (isYesterday && isBeforeClosing);
  }
}
