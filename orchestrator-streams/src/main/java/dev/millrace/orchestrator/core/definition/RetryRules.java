package dev.millrace.orchestrator.core.definition;

import java.time.Duration;

/** The rules of one retry policy. One use, one thread. */
final class RetryRules {
  private final Violations violations;
  private final ValueRules values;
  private final String path;

  /**
   * @param path of the policy in the definition
   */
  RetryRules(Violations violations, ValueRules values, String path) {
    this.violations = violations;
    this.values = values;
    this.path = path;
  }

  void check(RetryPolicy retry) {
    if (retry.maxAttempts() < 1 || retry.maxAttempts() > DefinitionLimits.ATTEMPTS) {
      add(
          DefinitionRule.RETRY_ATTEMPTS,
          "maxAttempts",
          "maxAttempts is %d; it must be 1 to %,d, the first attempt included"
              .formatted(retry.maxAttempts(), DefinitionLimits.ATTEMPTS));
    }
    checkIntervals(retry);
    if (!(retry.coefficient() >= 1 && retry.coefficient() <= DefinitionLimits.COEFFICIENT)) {
      add(
          DefinitionRule.RETRY_COEFFICIENT,
          "coefficient",
          "coefficient is %s; it must be 1 to %.0f"
              .formatted(retry.coefficient(), DefinitionLimits.COEFFICIENT));
    }
    if (!(retry.jitter() >= 0 && retry.jitter() <= 1)) {
      add(
          DefinitionRule.RETRY_JITTER,
          "jitter",
          "jitter is %s; it must be 0 to 1, the fraction by which a wait is moved"
              .formatted(retry.jitter()));
    }
    values.failureTypes(
        DefinitionRule.RETRY_NON_RETRYABLE,
        () -> path + ".nonRetryable",
        "nonRetryable",
        retry.nonRetryable());
  }

  private void checkIntervals(RetryPolicy retry) {
    checkInterval("initialInterval", retry.initialInterval());
    checkInterval("maxInterval", retry.maxInterval());
    if (ValueRules.isInRange(retry.initialInterval())
        && ValueRules.isInRange(retry.maxInterval())
        && retry.maxInterval().compareTo(retry.initialInterval()) < 0) {
      add(
          DefinitionRule.RETRY_INTERVAL,
          "maxInterval",
          "maxInterval %s is shorter than initialInterval %s; make it that long or longer"
              .formatted(retry.maxInterval(), retry.initialInterval()));
    }
  }

  private void checkInterval(String field, Duration interval) {
    values.duration(DefinitionRule.RETRY_INTERVAL, () -> path + "." + field, field, interval);
  }

  private void add(DefinitionRule rule, String field, String message) {
    violations.add(rule, () -> path + "." + field, () -> message);
  }
}
