package dev.millrace.orchestrator.expression;

import dev.millrace.orchestrator.core.definition.Excerpt;
import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.definition.DurationText;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/** Durations and points in time, of texts and of the values of expressions. Stateless. */
final class WaitTexts {
  private static final int MS_DIGITS = 3;

  private WaitTexts() {}

  /**
   * Milliseconds of a text, a CEL duration or a number of seconds; a fraction of one is dropped.
   *
   * @throws EvaluationException when it is none of them, negative or over {@link
   *     ExpressionLimits#WAIT_MS}
   */
  static long durationMs(Object value) throws EvaluationException {
    return switch (value) {
      case String text -> within(parse(text).toMillis());
      case Duration duration -> within(duration.toMillis());
      case Long seconds -> milliseconds(seconds.doubleValue());
      case Double seconds -> milliseconds(seconds);
      default ->
          throw new EvaluationException(
              "it gives %s, and a duration is a text like 30s, a CEL duration or a number of seconds"
                  .formatted(Kinds.of(value)));
    };
  }

  private static Duration parse(String text) throws EvaluationException {
    Optional<Duration> duration = DurationText.parse(text);
    if (duration.isEmpty()) {
      throw new EvaluationException(
          "%s is no duration; write it like 100ms, 30s, 5m, 2h, 1d or PT5M"
              .formatted(Excerpt.of(text)));
    }
    return duration.get();
  }

  private static long milliseconds(double seconds) throws EvaluationException {
    // Not a number fails the first comparison.
    if (!(seconds >= 0) || seconds > ExpressionLimits.WAIT_MS) {
      throw outside(seconds + " s");
    }
    return within(
        BigDecimal.valueOf(seconds)
            .movePointRight(MS_DIGITS)
            .setScale(0, RoundingMode.DOWN)
            .longValueExact());
  }

  private static long within(long milliseconds) throws EvaluationException {
    if (milliseconds < 0 || milliseconds > ExpressionLimits.WAIT_MS) {
      throw outside(milliseconds + " ms");
    }
    return milliseconds;
  }

  private static EvaluationException outside(String duration) {
    return new EvaluationException(
        "the duration of %s is not from 0 to %d days"
            .formatted(duration, Duration.ofMillis(ExpressionLimits.WAIT_MS).toDays()));
  }

  /**
   * Epoch milliseconds of a text or a CEL timestamp.
   *
   * @throws EvaluationException when it is neither
   */
  static long timeMs(Object value) throws EvaluationException {
    return switch (value) {
      case String text -> parseTime(text);
      case Instant time -> time.toEpochMilli();
      default ->
          throw new EvaluationException(
              "it gives %s, and a time is a text like 2027-01-01T00:00:00Z or a CEL timestamp"
                  .formatted(Kinds.of(value)));
    };
  }

  private static long parseTime(String text) throws EvaluationException {
    try {
      return OffsetDateTime.parse(text).toInstant().toEpochMilli();
    } catch (DateTimeException e) {
      throw new EvaluationException(
          "%s is no point in time; write it like 2027-01-01T00:00:00Z".formatted(Excerpt.of(text)));
    }
  }
}
