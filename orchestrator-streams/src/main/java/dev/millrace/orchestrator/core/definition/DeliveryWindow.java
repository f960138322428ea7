package dev.millrace.orchestrator.core.definition;

import java.time.DayOfWeek;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Set;

/**
 * The times of the week at which a step may be dispatched; outside of them it waits.
 *
 * @param zone where the times hold
 * @param days days on which the window opens
 * @param from when it opens
 * @param to when it closes; not later than {@code from} means on the next day
 */
public record DeliveryWindow(ZoneId zone, Set<DayOfWeek> days, LocalTime from, LocalTime to) {
  public DeliveryWindow {
    days = Set.copyOf(days);
  }
}
