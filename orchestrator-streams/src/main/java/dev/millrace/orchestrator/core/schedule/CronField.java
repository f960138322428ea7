package dev.millrace.orchestrator.core.schedule;

import dev.millrace.orchestrator.core.definition.Excerpt;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** One of the five fields of a cron expression, and the sets of numbers that it can name. */
enum CronField {
  MINUTE("minute", 0, 59, 0, ""),
  HOUR("hour", 0, 23, 0, ""),
  DAY_OF_MONTH("day of month", 1, 31, 1, ""),
  MONTH("month", 1, 12, 1, "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"),
  DAY_OF_WEEK("day of week", 0, 7, 0, "SUN MON TUE WED THU FRI SAT");

  private static final int SUNDAY_TOO = 7;

  private final String title;
  private final int least;
  private final int most;
  private final int firstName;

  /** Names of the numbers from the first on, with blanks between; empty for none. */
  private final String names;

  CronField(String title, int least, int most, int firstName, String names) {
    this.title = title;
    this.least = least;
    this.most = most;
    this.firstName = firstName;
    this.names = names;
  }

  /**
   * The numbers that a text names, as the bits of a long. Sunday is bit 0.
   *
   * @throws InvalidScheduleException when it is none; the message says where and what is allowed
   */
  long parse(String text) throws InvalidScheduleException {
    long bits = 0;
    for (String item : text.split(",", -1)) {
      bits |= item(item, text);
    }
    if (this == DAY_OF_WEEK && (bits & 1L << SUNDAY_TOO) != 0) {
      bits = (bits & ~(1L << SUNDAY_TOO)) | 1;
    }
    return bits;
  }

  private long item(String item, String text) throws InvalidScheduleException {
    int slash = item.indexOf('/');
    String range = slash < 0 ? item : item.substring(0, slash);
    int from;
    int to;
    int dash = range.indexOf('-');
    if (range.equals("*")) {
      from = least;
      to = this == DAY_OF_WEEK ? most - 1 : most;
    } else if (dash >= 0) {
      from = number(range.substring(0, dash), text);
      to = number(range.substring(dash + 1), text);
    } else {
      from = number(range, text);
      to = from;
    }
    if (from > to) {
      throw wrong(text, "the range %s ends before it begins; write it as two".formatted(range));
    }
    int step = 1;
    if (slash >= 0) {
      if (from == to) {
        throw wrong(text, "a step needs a range, such as %d-%d/2".formatted(from, most));
      }
      step = digits(item.substring(slash + 1), text);
      if (step < 1 || step > most) {
        throw wrong(text, "steps are 1 to %d".formatted(most));
      }
    }
    long bits = 0;
    for (int value = from; value <= to; value += step) {
      bits |= 1L << value;
    }
    return bits;
  }

  private int number(String text, String whole) throws InvalidScheduleException {
    int name = text.isEmpty() ? -1 : names().indexOf(text.toUpperCase(Locale.ROOT));
    int value = name >= 0 ? firstName + name : digits(text, whole);
    if (value < least || value > most) {
      throw wrong(whole, allowed());
    }
    return value;
  }

  private int digits(String text, String whole) throws InvalidScheduleException {
    boolean fits = !text.isEmpty() && text.length() <= 2;
    for (int i = 0; fits && i < text.length(); i++) {
      fits = text.charAt(i) >= '0' && text.charAt(i) <= '9';
    }
    if (!fits) {
      throw wrong(whole, allowed());
    }
    return Integer.parseInt(text);
  }

  private String allowed() {
    return "allowed are %d to %d%s, *, ranges a-b, lists a,b and steps such as */2"
        .formatted(
            least,
            most,
            names.isEmpty() ? "" : ", %s to %s".formatted(names().getFirst(), names().getLast()));
  }

  private List<String> names() {
    return Arrays.asList(names.split(" ", -1));
  }

  private InvalidScheduleException wrong(String text, String why) {
    return new InvalidScheduleException(
        ScheduleRefusal.CRON, "cron: %s %s: %s".formatted(title, Excerpt.of(text), why));
  }
}
