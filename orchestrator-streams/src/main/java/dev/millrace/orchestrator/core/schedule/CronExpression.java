package dev.millrace.orchestrator.core.schedule;

import dev.millrace.orchestrator.core.definition.Excerpt;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A cron expression as Vixie's cron reads it: minute, hour, day of month, month, day of week; each
 * a star, a number or name, a range, a list, with steps; or one of {@code @yearly}, {@code
 * @annually}, {@code @monthly}, {@code @weekly}, {@code @daily}, {@code @midnight}, {@code
 * @hourly}. Of the two days one is enough, unless one of them begins with a star: then both must
 * match. Knows local times only. Immutable.
 */
final class CronExpression {
  /** Longest expression, in characters. */
  static final int CHARS = 256;

  /** 29 February can be eight years away, and its day of the week another 40. */
  private static final int YEARS_AHEAD = 50;

  private static final int MINUTES = 60;
  private static final int HOURS = 24;
  private static final long EVERY_HOUR = (1L << HOURS) - 1;

  private static final Map<String, String> SHORTHANDS =
      Map.of(
          "@yearly", "0 0 1 1 *",
          "@annually", "0 0 1 1 *",
          "@monthly", "0 0 1 * *",
          "@weekly", "0 0 * * 0",
          "@daily", "0 0 * * *",
          "@midnight", "0 0 * * *",
          "@hourly", "0 * * * *");

  private final long minutes;
  private final long hours;
  private final long daysOfMonth;
  private final long months;
  private final long daysOfWeek;
  private final boolean bothDays;

  private CronExpression(String[] fields) throws InvalidScheduleException {
    minutes = CronField.MINUTE.parse(fields[0]);
    hours = CronField.HOUR.parse(fields[1]);
    daysOfMonth = CronField.DAY_OF_MONTH.parse(fields[2]);
    months = CronField.MONTH.parse(fields[3]);
    daysOfWeek = CronField.DAY_OF_WEEK.parse(fields[4]);
    bothDays = fields[2].startsWith("*") || fields[4].startsWith("*");
  }

  /**
   * Reads an expression.
   *
   * @throws InvalidScheduleException when it is none
   */
  static CronExpression parse(String text) throws InvalidScheduleException {
    if (text.length() > CHARS) {
      throw new InvalidScheduleException(
          ScheduleRefusal.CRON,
          "cron has %d characters, at most %d are allowed".formatted(text.length(), CHARS));
    }
    String trimmed = text.strip();
    String meant = SHORTHANDS.getOrDefault(trimmed.toLowerCase(Locale.ROOT), trimmed);
    String[] fields = meant.split("[ \t]+", -1);
    if (fields.length != CronField.values().length) {
      throw new InvalidScheduleException(
          ScheduleRefusal.CRON,
          "cron %s: must be minute, hour, day of month, month and day of week, or one of @yearly, @monthly, @weekly, @daily, @hourly"
              .formatted(Excerpt.of(text)));
    }
    return new CronExpression(fields);
  }

  /** Whether it names every hour of the day: it then says how often, and not at what time. */
  boolean isOfEveryHour() {
    return hours == EVERY_HOUR;
  }

  /** The first local time that matches, not before another; null when there is none. */
  @Nullable LocalDateTime firstFrom(LocalDateTime earliest) {
    LocalTime inTheDay = firstFrom(earliest.toLocalTime());
    LocalDate day = earliest.toLocalDate();
    if (inTheDay != null && matches(day)) {
      return day.atTime(inTheDay);
    }
    LocalDate next = firstDayFrom(day.plusDays(1));
    return next == null
        ? null
        : next.atTime(Long.numberOfTrailingZeros(hours), Long.numberOfTrailingZeros(minutes));
  }

  private @Nullable LocalTime firstFrom(LocalTime earliest) {
    LocalTime from =
        earliest.getSecond() == 0 && earliest.getNano() == 0
            ? earliest
            : earliest.plusMinutes(1).withSecond(0).withNano(0);
    if (from.isBefore(earliest)) {
      return null; // the last minute of the day
    }
    int hour = from.getHour();
    if (isIn(hours, hour)) {
      int minute = firstFrom(minutes, from.getMinute());
      if (minute < MINUTES) {
        return LocalTime.of(hour, minute);
      }
    }
    int later = firstFrom(hours, hour + 1);
    return later < HOURS ? LocalTime.of(later, Long.numberOfTrailingZeros(minutes)) : null;
  }

  private @Nullable LocalDate firstDayFrom(LocalDate earliest) {
    LocalDate day = earliest;
    LocalDate end = earliest.plusYears(YEARS_AHEAD);
    while (day.isBefore(end)) {
      if (!isIn(months, day.getMonthValue())) {
        day = day.withDayOfMonth(1).plusMonths(1);
      } else if (matches(day)) {
        return day;
      } else {
        day = day.plusDays(1);
      }
    }
    return null;
  }

  private boolean matches(LocalDate day) {
    boolean ofMonth = isIn(daysOfMonth, day.getDayOfMonth());
    boolean ofWeek = isIn(daysOfWeek, day.getDayOfWeek().getValue() % 7);
    return isIn(months, day.getMonthValue()) && (bothDays ? ofMonth && ofWeek : ofMonth || ofWeek);
  }

  private static boolean isIn(long set, int value) {
    return (set >>> value & 1) != 0;
  }

  /** The least member of a set from a number on; 64 when there is none. */
  private static int firstFrom(long set, int value) {
    return Long.numberOfTrailingZeros(set & -1L << value);
  }
}
