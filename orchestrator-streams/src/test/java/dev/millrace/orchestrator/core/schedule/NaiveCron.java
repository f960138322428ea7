package dev.millrace.orchestrator.core.schedule;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** The slots of a cron expression found by looking at every minute; numbers and stars only. */
final class NaiveCron {
  private final String[] fields;

  NaiveCron(String expression) {
    fields = expression.split(" ", -1);
  }

  /** All slots from one instant on and before another. */
  Set<Instant> slots(Instant from, Instant to, ZoneId zone) {
    return numbers(fields[1], 0, 23).size() == 24
        ? byTheClock(from, to, zone)
        : byLocalTime(from, to, zone);
  }

  private Set<Instant> byTheClock(Instant from, Instant to, ZoneId zone) {
    Set<Instant> slots = new TreeSet<>();
    for (Instant each = from; each.isBefore(to); each = each.plus(1, ChronoUnit.MINUTES)) {
      if (matches(LocalDateTime.ofInstant(each, zone))) {
        slots.add(each);
      }
    }
    return slots;
  }

  private Set<Instant> byLocalTime(Instant from, Instant to, ZoneId zone) {
    Set<Instant> slots = new TreeSet<>();
    LocalDateTime end = LocalDateTime.ofInstant(to, zone).plusDays(2);
    for (LocalDateTime each = LocalDateTime.ofInstant(from, zone).minusDays(2);
        each.isBefore(end);
        each = each.plusMinutes(1)) {
      if (matches(each)) {
        List<ZoneOffset> offsets = zone.getRules().getValidOffsets(each);
        Instant slot =
            offsets.isEmpty()
                ? zone.getRules().getTransition(each).getInstant()
                : each.toInstant(offsets.getFirst());
        if (!slot.isBefore(from) && slot.isBefore(to)) {
          slots.add(slot);
        }
      }
    }
    return slots;
  }

  private boolean matches(LocalDateTime time) {
    boolean ofMonth = numbers(fields[2], 1, 31).contains(time.getDayOfMonth());
    boolean ofWeek = numbers(fields[4], 0, 6).contains(time.getDayOfWeek().getValue() % 7);
    boolean starred = fields[2].startsWith("*") || fields[4].startsWith("*");
    return numbers(fields[0], 0, 59).contains(time.getMinute())
        && numbers(fields[1], 0, 23).contains(time.getHour())
        && numbers(fields[3], 1, 12).contains(time.getMonthValue())
        && (starred ? ofMonth && ofWeek : ofMonth || ofWeek);
  }

  private static Set<Integer> numbers(String field, int least, int most) {
    Set<Integer> numbers = new HashSet<>();
    for (String item : field.split(",", -1)) {
      String[] parts = item.split("/", -1);
      int step = parts.length > 1 ? Integer.parseInt(parts[1]) : 1;
      String[] ends = parts[0].split("-", -1);
      int from = parts[0].equals("*") ? least : Integer.parseInt(ends[0]);
      int to = parts[0].equals("*") ? most : Integer.parseInt(ends[ends.length - 1]);
      IntStream.rangeClosed(from, to)
          .filter(value -> (value - from) % step == 0)
          .forEach(value -> numbers.add(most == 6 ? value % 7 : value));
    }
    return numbers;
  }
}
