package dev.millrace.schemas;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an operator has set for a queue, or for one step type of it, in all engines together.
 *
 * @param pause that nothing is sent; null for no pause
 * @param rate how many commands are sent a second; null for any number
 * @param mostOpen how many attempts may be open at once, 1 to {@value #OPEN_MAX}; {@value
 *     #NO_LIMIT} for any number
 * @param breaker that nothing is sent while too many attempts fail; null for no breaker
 */
public record QueueSettings(
    @Nullable Pause pause, @Nullable Rate rate, int mostOpen, @Nullable Breaker breaker) {
  /** Any number of attempts may be open. */
  public static final int NO_LIMIT = 0;

  /** Highest limit of open attempts. */
  public static final int OPEN_MAX = 1_000_000_000;

  /** Nothing is set. */
  public static final QueueSettings NONE = new QueueSettings(null, null, NO_LIMIT, null);

  public QueueSettings {
    check("mostOpen", mostOpen, NO_LIMIT, OPEN_MAX);
  }

  /**
   * That nothing is sent until somebody says so.
   *
   * @param by who has paused it, at most {@value #BY_CHARS} characters
   * @param since since when
   * @param reason why, at most {@link Limits#MESSAGE_CHARS} characters
   */
  public record Pause(String by, Instant since, String reason) {
    /** Longest name of who has paused. */
    public static final int BY_CHARS = 256;

    public Pause {
      Objects.requireNonNull(since, "since");
      checkLength("paused.by", by, BY_CHARS);
      checkLength("paused.reason", reason, Limits.MESSAGE_CHARS);
    }
  }

  /**
   * How many commands are sent.
   *
   * @param perSecond on average, {@value #PER_SECOND_MIN} to {@value #PER_SECOND_MAX}
   * @param burst how many at once after a time without any, 1 to {@value #BURST_MAX}
   */
  public record Rate(double perSecond, int burst) {
    /** Lowest rate: one in 1000 seconds. */
    public static final double PER_SECOND_MIN = 0.001;

    /** Highest rate. */
    public static final double PER_SECOND_MAX = 1_000_000;

    /** Largest burst. */
    public static final int BURST_MAX = 1_000_000;

    public Rate {
      if (!(perSecond >= PER_SECOND_MIN && perSecond <= PER_SECOND_MAX)) {
        throw new IllegalArgumentException(
            "ratePerSecond %s: must be %s to %s".formatted(perSecond, PER_SECOND_MIN, 1_000_000));
      }
      check("burst", burst, 1, BURST_MAX);
    }

    /** A rate with a burst of a second. */
    public static Rate of(double perSecond) {
      return new Rate(perSecond, (int) Math.clamp(Math.ceil(perSecond), 1, BURST_MAX));
    }
  }

  /**
   * That nothing is sent for a while when too many of the last attempts failed, and then only a few
   * commands, until it is known how these end.
   *
   * @param failurePercent from which part of failures on it opens, 1 to 100
   * @param window of how many attempts that ended last, 1 to {@value #WINDOW_MAX}
   * @param minCalls how many must have ended before it may open, 1 to {@code window}
   * @param waitMs how long it stays open, {@value #WAIT_MS_MIN} to {@value #WAIT_MS_MAX}
   *     milliseconds
   * @param trials how many commands are sent then, 1 to {@value #TRIALS_MAX}
   */
  public record Breaker(int failurePercent, int window, int minCalls, long waitMs, int trials) {
    /** Most attempts that are looked at. */
    public static final int WINDOW_MAX = 10_000;

    /** Shortest time for which it is open. */
    public static final long WAIT_MS_MIN = 100;

    /** Longest time for which it is open: a day. */
    public static final long WAIT_MS_MAX = 86_400_000;

    /** Most commands that are sent on trial. */
    public static final int TRIALS_MAX = 1_000;

    /** What holds for what nobody says. */
    public static final Breaker STANDARD = new Breaker(50, 100, 20, 30_000, 5);

    public Breaker {
      check("breaker.failurePercent", failurePercent, 1, 100);
      check("breaker.window", window, 1, WINDOW_MAX);
      check("breaker.minCalls", minCalls, 1, window);
      check("breaker.waitMs", waitMs, WAIT_MS_MIN, WAIT_MS_MAX);
      check("breaker.trials", trials, 1, TRIALS_MAX);
    }
  }

  /** The same, paused or not. */
  public QueueSettings withPause(@Nullable Pause other) {
    return new QueueSettings(other, rate, mostOpen, breaker);
  }

  /** The same with another rate. */
  public QueueSettings withRate(@Nullable Rate other) {
    return new QueueSettings(pause, other, mostOpen, breaker);
  }

  /** The same with another limit of open attempts. */
  public QueueSettings withMostOpen(int other) {
    return new QueueSettings(pause, rate, other, breaker);
  }

  /** The same with another breaker. */
  public QueueSettings withBreaker(@Nullable Breaker other) {
    return new QueueSettings(pause, rate, mostOpen, other);
  }

  private static void check(String field, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "%s %d: must be %d to %d".formatted(field, value, min, max));
    }
  }

  private static void checkLength(String field, String text, int max) {
    if (text.length() > max) {
      throw new IllegalArgumentException(
          "%s: %d characters, must be at most %d".formatted(field, text.length(), max));
    }
  }
}
