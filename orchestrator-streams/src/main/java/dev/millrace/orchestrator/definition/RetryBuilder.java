package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.RetryPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A retry policy in the making; what is not set is as {@link RetryDefaults} says. One thread. */
public final class RetryBuilder {
  private int maxAttempts = RetryDefaults.MAX_ATTEMPTS;
  private Duration initialInterval = RetryDefaults.INITIAL_INTERVAL;
  private double coefficient = RetryDefaults.COEFFICIENT;
  private @Nullable Duration maxInterval;
  private double jitter = RetryDefaults.JITTER;
  private final List<String> nonRetryable = new ArrayList<>();

  private RetryBuilder() {}

  static RetryPolicy of(Consumer<RetryBuilder> policy) {
    RetryBuilder retry = new RetryBuilder();
    policy.accept(retry);
    return new RetryPolicy(
        retry.maxAttempts,
        retry.initialInterval,
        retry.coefficient,
        Objects.requireNonNullElseGet(
            retry.maxInterval, () -> RetryDefaults.maxInterval(retry.initialInterval)),
        retry.jitter,
        retry.nonRetryable);
  }

  /** Attempts in all, the first included. */
  public RetryBuilder maxAttempts(int maxAttempts) {
    this.maxAttempts = maxAttempts;
    return this;
  }

  /** Wait after the first failure. */
  public RetryBuilder initialInterval(Duration initialInterval) {
    this.initialInterval = initialInterval;
    return this;
  }

  /** Factor from one wait to the next. */
  public RetryBuilder coefficient(double coefficient) {
    this.coefficient = coefficient;
    return this;
  }

  /** Longest wait. */
  public RetryBuilder maxInterval(Duration maxInterval) {
    this.maxInterval = maxInterval;
    return this;
  }

  /** Fraction of a wait by which it is moved at random, 0 to 1. */
  public RetryBuilder jitter(double jitter) {
    this.jitter = jitter;
    return this;
  }

  /** Adds failure types that are never tried again. */
  public RetryBuilder nonRetryable(String... types) {
    nonRetryable.addAll(List.of(types));
    return this;
  }
}
