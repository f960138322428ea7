package dev.millrace.orchestrator.definition;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as the language writes them: {@code 100ms}, {@code 30s}, {@code PT5M}. Stateless. */
public final class DurationText {
  /** What to write, for messages. */
  public static final String HOW_TO =
      "write it with a unit, like 100ms, 30s, 5m, 1h or 7d, or as ISO-8601, like PT5M";

  /** A whole number above zero with a unit. */
  static final String SIMPLE = "([1-9][0-9]{0,11})(ms|s|m|h|d)";

  /** ISO-8601 from days to milliseconds, not negative. */
  static final String ISO =
      "P(?=[0-9T])(?:[0-9]{1,6}D)?(?:T(?=[0-9])(?:[0-9]{1,9}H)?(?:[0-9]{1,9}M)?(?:[0-9]{1,12}(?:\\.[0-9]{1,3})?S)?)?";

  private static final Pattern SIMPLE_PATTERN = Pattern.compile(SIMPLE);
  private static final Pattern ISO_PATTERN = Pattern.compile(ISO);

  private DurationText() {}

  /** The duration that a text means; empty when it means none. */
  public static Optional<Duration> parse(String text) {
    Matcher simple = SIMPLE_PATTERN.matcher(text);
    if (simple.matches()) {
      long count = Long.parseLong(simple.group(1));
      return Optional.of(
          switch (simple.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
          });
    }
    return ISO_PATTERN.matcher(text).matches()
        ? Optional.of(Duration.parse(text))
        : Optional.empty();
  }

  /** The shortest text of a duration, in the largest unit that leaves no rest. */
  public static String print(Duration duration) {
    if (duration.compareTo(Duration.ZERO) <= 0 || duration.toNanosPart() % 1_000_000 != 0) {
      return duration.toString();
    }
    if (duration.toMillisPart() != 0) {
      return duration.toMillis() + "ms";
    }
    if (duration.toSecondsPart() != 0) {
      return duration.toSeconds() + "s";
    }
    if (duration.toMinutesPart() != 0) {
      return duration.toMinutes() + "m";
    }
    return duration.toHoursPart() != 0 ? duration.toHours() + "h" : duration.toDays() + "d";
  }
}
