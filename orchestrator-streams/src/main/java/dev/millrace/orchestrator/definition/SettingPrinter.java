package dev.millrace.orchestrator.definition;

import static dev.millrace.orchestrator.definition.StepPrinter.put;
import static dev.millrace.orchestrator.definition.StepPrinter.putTemplate;

import dev.millrace.orchestrator.core.definition.Compensation;
import dev.millrace.orchestrator.core.definition.DeliveryWindow;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.Repeat;
import dev.millrace.orchestrator.core.definition.ResultCache;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import java.math.BigDecimal;
import java.time.DayOfWeek;
import java.time.LocalTime;
import java.util.LinkedHashMap;
import java.util.Map;

/** Makes the fields of a step's settings, as they are written. Stateless. */
final class SettingPrinter {
  private SettingPrinter() {}

  /**
   * Adds what a step says of repetition, items, compensation, window and cache.
   *
   * @param queue of a compensation that names none
   */
  static void putAll(Map<String, Object> fields, StepDefinition step, String queue) {
    if (step.repeat() != null) {
      fields.put(Field.OfStep.REPEAT.text(), repeat(step.repeat()));
    }
    if (step.forEach() != null) {
      fields.put(Field.OfStep.FOR_EACH.text(), forEach(step.forEach()));
    }
    if (step.compensation() != null) {
      fields.put(Field.OfStep.COMPENSATE.text(), compensation(step.compensation(), queue));
    }
    if (step.window() != null) {
      fields.put(Field.OfStep.WINDOW.text(), window(step.window()));
    }
    if (step.cache() != null) {
      fields.put(Field.OfStep.CACHE.text(), cache(step.cache()));
    }
  }

  static Map<String, Object> retry(RetryPolicy retry) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put(Field.OfRetry.MAX_ATTEMPTS.text(), retry.maxAttempts());
    put(fields, Field.OfRetry.INITIAL_INTERVAL, retry.initialInterval());
    fields.put(Field.OfRetry.COEFFICIENT.text(), number(retry.coefficient()));
    put(fields, Field.OfRetry.MAX_INTERVAL, retry.maxInterval());
    fields.put(Field.OfRetry.JITTER.text(), number(retry.jitter()));
    if (!retry.nonRetryable().isEmpty()) {
      fields.put(Field.OfRetry.NON_RETRYABLE.text(), retry.nonRetryable());
    }
    return fields;
  }

  private static Map<String, Object> repeat(Repeat repeat) {
    Map<String, Object> fields = new LinkedHashMap<>();
    put(fields, Field.OfRepeat.UNTIL, repeat.until());
    put(fields, Field.OfRepeat.DELAY, repeat.delay());
    fields.put(Field.OfRepeat.MAX.text(), repeat.max());
    return fields;
  }

  private static Map<String, Object> forEach(ForEach forEach) {
    Map<String, Object> fields = new LinkedHashMap<>();
    put(fields, Field.OfForEach.ITEMS, forEach.items());
    if (forEach.maxParallel() != 0) {
      fields.put(Field.OfForEach.MAX_PARALLEL.text(), forEach.maxParallel());
    }
    if (forEach.batchSize() != 1) {
      fields.put(Field.OfForEach.BATCH_SIZE.text(), forEach.batchSize());
    }
    if (forEach.percent()) {
      fields.put(Field.OfForEach.TOLERATE.text(), forEach.tolerated() + "%");
    } else if (forEach.tolerated() != 0) {
      fields.put(Field.OfForEach.TOLERATE.text(), forEach.tolerated());
    }
    return fields;
  }

  private static Map<String, Object> compensation(Compensation compensation, String queue) {
    Map<String, Object> fields = new LinkedHashMap<>();
    put(fields, Field.OfCompensation.TYPE, compensation.type());
    if (!compensation.queue().equals(queue)) {
      put(fields, Field.OfCompensation.QUEUE, compensation.queue());
    }
    putTemplate(fields, Field.OfCompensation.INPUT, compensation.input());
    put(fields, Field.OfCompensation.TIMEOUT, compensation.timeout());
    if (compensation.retry() != null) {
      fields.put(Field.OfCompensation.RETRY.text(), retry(compensation.retry()));
    }
    return fields;
  }

  private static Map<String, Object> window(DeliveryWindow window) {
    Map<String, Object> fields = new LinkedHashMap<>();
    put(fields, Field.OfWindow.TIME_ZONE, window.zone().getId());
    if (window.days().size() < DayOfWeek.values().length) {
      fields.put(
          Field.OfWindow.DAYS.text(),
          window.days().stream().sorted().map(SettingReader::dayText).toList());
    }
    if (!window.from().equals(LocalTime.MIDNIGHT)) {
      put(fields, Field.OfWindow.FROM, window.from().toString());
    }
    if (!window.to().equals(LocalTime.MIDNIGHT)) {
      put(fields, Field.OfWindow.TO, window.to().toString());
    }
    return fields;
  }

  private static Map<String, Object> cache(ResultCache cache) {
    Map<String, Object> fields = new LinkedHashMap<>();
    putTemplate(fields, Field.OfCache.KEY, cache.key());
    put(fields, Field.OfCache.TTL, cache.ttl());
    return fields;
  }

  /** A whole number without a fraction, so that 2 is printed as people write it. */
  private static Object number(double value) {
    return value == Math.rint(value) && Math.abs(value) < Integer.MAX_VALUE
        ? (Object) (int) value
        : new BigDecimal(Double.toString(value));
  }
}
