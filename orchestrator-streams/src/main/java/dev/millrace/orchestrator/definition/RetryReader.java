package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.DefinitionRule;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads one retry policy; what is missing or unreadable has its default. One use, one thread. */
final class RetryReader {
  private final SourceValues values;

  private int maxAttempts = RetryDefaults.MAX_ATTEMPTS;
  private Duration initialInterval = RetryDefaults.INITIAL_INTERVAL;
  private double coefficient = RetryDefaults.COEFFICIENT;
  private @Nullable Duration maxInterval;
  private double jitter = RetryDefaults.JITTER;
  private List<String> nonRetryable = List.of();

  private RetryReader(SourceValues values) {
    this.values = values;
  }

  /** The policy that a value says; null when it is no mapping. */
  static @Nullable RetryPolicy read(SourceValues values, SourceValue value)
      throws SourceRefusedException {
    if (!values.isA(
        SourceEvent.Kind.MAPPING, value, "write the policy's fields, like {maxAttempts: 3}")) {
      return null;
    }
    RetryReader reader = new RetryReader(values);
    values.mapping(value, Field.OfRetry.class, List.of(), reader::readField);
    return reader.toPolicy();
  }

  private RetryPolicy toPolicy() {
    return new RetryPolicy(
        maxAttempts,
        initialInterval,
        coefficient,
        Objects.requireNonNullElseGet(
            maxInterval, () -> RetryDefaults.maxInterval(initialInterval)),
        jitter,
        nonRetryable);
  }

  private void readField(Field.OfRetry field, SourceValue value) throws SourceRefusedException {
    switch (field) {
      case MAX_ATTEMPTS ->
          maxAttempts = Objects.requireNonNullElse(values.integer(value), maxAttempts);
      case INITIAL_INTERVAL ->
          initialInterval = Objects.requireNonNullElse(values.duration(value), initialInterval);
      case COEFFICIENT ->
          coefficient = Objects.requireNonNullElse(values.number(value), coefficient);
      case MAX_INTERVAL -> maxInterval = values.duration(value);
      case JITTER -> jitter = Objects.requireNonNullElse(values.number(value), jitter);
      case NON_RETRYABLE ->
          nonRetryable = FailureTypesReader.read(values, value, DefinitionRule.RETRY_NON_RETRYABLE);
    }
  }
}
