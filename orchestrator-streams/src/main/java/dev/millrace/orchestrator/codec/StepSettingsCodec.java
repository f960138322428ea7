package dev.millrace.orchestrator.codec;

import dev.millrace.orchestrator.core.definition.Compensation;
import dev.millrace.orchestrator.core.definition.DeliveryWindow;
import dev.millrace.orchestrator.core.definition.Excerpt;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.Repeat;
import dev.millrace.orchestrator.core.definition.ResultCache;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The optional settings of a step, in the contract and in the core; null is null. Stateless. */
final class StepSettingsCodec {
  private static final int MINUTES_OF_A_DAY = 24 * 60;

  private StepSettingsCodec() {}

  static dev.millrace.schemas.v1.@Nullable Repeat toAvro(@Nullable Repeat repeat) {
    return repeat == null
        ? null
        : new dev.millrace.schemas.v1.Repeat(
            repeat.until(), repeat.delay().toMillis(), repeat.max());
  }

  static @Nullable Repeat fromAvro(dev.millrace.schemas.v1.@Nullable Repeat repeat) {
    return repeat == null
        ? null
        : new Repeat(repeat.getUntil(), Duration.ofMillis(repeat.getDelayMs()), repeat.getMax());
  }

  static dev.millrace.schemas.v1.@Nullable ForEach toAvro(@Nullable ForEach forEach) {
    return forEach == null
        ? null
        : new dev.millrace.schemas.v1.ForEach(
            forEach.items(),
            forEach.maxParallel(),
            forEach.batchSize(),
            forEach.tolerated(),
            forEach.percent());
  }

  static @Nullable ForEach fromAvro(dev.millrace.schemas.v1.@Nullable ForEach forEach) {
    return forEach == null
        ? null
        : new ForEach(
            forEach.getItems(),
            forEach.getMaxParallel(),
            forEach.getBatchSize(),
            forEach.getTolerated(),
            forEach.getPercent());
  }

  static dev.millrace.schemas.v1.@Nullable Compensation toAvro(
      @Nullable Compensation compensation) {
    return compensation == null
        ? null
        : new dev.millrace.schemas.v1.Compensation(
            compensation.type(),
            compensation.queue(),
            compensation.input(),
            compensation.timeout().toMillis(),
            toAvro(compensation.retry()));
  }

  static @Nullable Compensation fromAvro(
      dev.millrace.schemas.v1.@Nullable Compensation compensation) {
    return compensation == null
        ? null
        : new Compensation(
            compensation.getType(),
            compensation.getQueue(),
            compensation.getInput(),
            Duration.ofMillis(compensation.getTimeoutMs()),
            fromAvro(compensation.getRetry()));
  }

  static dev.millrace.schemas.v1.@Nullable DeliveryWindow toAvro(@Nullable DeliveryWindow window) {
    return window == null
        ? null
        : new dev.millrace.schemas.v1.DeliveryWindow(
            window.zone().getId(),
            window.days().stream().sorted().map(DayOfWeek::getValue).toList(),
            window.from().toSecondOfDay() / 60,
            window.to().toSecondOfDay() / 60);
  }

  static @Nullable DeliveryWindow fromAvro(dev.millrace.schemas.v1.@Nullable DeliveryWindow window)
      throws MalformedRecordException {
    if (window == null) {
      return null;
    }
    try {
      Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
      window.getDays().forEach(day -> days.add(DayOfWeek.of(day)));
      return new DeliveryWindow(
          ZoneId.of(window.getTimeZone()),
          days,
          timeOfDay(window.getFromMinute()),
          timeOfDay(window.getToMinute()));
    } catch (DateTimeException e) {
      throw new MalformedRecordException(
          "the window cannot be: %s; give a known time zone, days from 1 to 7 and minutes from 0 to 1,439"
              .formatted(Excerpt.line(String.valueOf(e.getMessage()))),
          e);
    }
  }

  private static LocalTime timeOfDay(int minute) {
    if (minute < 0 || minute >= MINUTES_OF_A_DAY) {
      throw new DateTimeException("minute %d of a day".formatted(minute));
    }
    return LocalTime.ofSecondOfDay(minute * 60L);
  }

  static dev.millrace.schemas.v1.@Nullable ResultCache toAvro(@Nullable ResultCache cache) {
    return cache == null
        ? null
        : new dev.millrace.schemas.v1.ResultCache(cache.key(), cache.ttl().toMillis());
  }

  static @Nullable ResultCache fromAvro(dev.millrace.schemas.v1.@Nullable ResultCache cache) {
    return cache == null
        ? null
        : new ResultCache(cache.getKey(), Duration.ofMillis(cache.getTtlMs()));
  }

  static dev.millrace.schemas.v1.@Nullable RetryPolicy toAvro(@Nullable RetryPolicy retry) {
    return retry == null
        ? null
        : new dev.millrace.schemas.v1.RetryPolicy(
            retry.maxAttempts(),
            retry.initialInterval().toMillis(),
            retry.coefficient(),
            retry.maxInterval().toMillis(),
            retry.jitter(),
            retry.nonRetryable());
  }

  static @Nullable RetryPolicy fromAvro(dev.millrace.schemas.v1.@Nullable RetryPolicy retry) {
    return retry == null
        ? null
        : new RetryPolicy(
            retry.getMaxAttempts(),
            Duration.ofMillis(retry.getInitialIntervalMs()),
            retry.getCoefficient(),
            Duration.ofMillis(retry.getMaxIntervalMs()),
            retry.getJitter(),
            retry.getNonRetryable());
  }
}
