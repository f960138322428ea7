package dev.millrace.orchestrator.core.definition;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The rules of one retry policy. One use, one thread. */
final class RetryRules {
  private final Violations violations;
  private final String path;

  /**
   * @param path of the policy in the definition
   */
  RetryRules(Violations violations, String path) {
    this.violations = violations;
    this.path = path;
  }

  /** Whether a duration is one that the record contract can hold and a person can mean. */
  static boolean isInRange(Duration duration) {
    return duration.compareTo(DefinitionLimits.SHORTEST) >= 0
        && duration.compareTo(DefinitionLimits.LONGEST) <= 0
        && duration.toNanosPart() % 1_000_000 == 0;
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
    checkNonRetryable(retry.nonRetryable());
  }

  private void checkIntervals(RetryPolicy retry) {
    boolean initialFits = checkInterval("initialInterval", retry.initialInterval());
    boolean maxFits = checkInterval("maxInterval", retry.maxInterval());
    if (initialFits && maxFits && retry.maxInterval().compareTo(retry.initialInterval()) < 0) {
      add(
          DefinitionRule.RETRY_INTERVAL,
          "maxInterval",
          "maxInterval %s is shorter than initialInterval %s; make it that long or longer"
              .formatted(retry.maxInterval(), retry.initialInterval()));
    }
  }

  private boolean checkInterval(String field, Duration interval) {
    if (isInRange(interval)) {
      return true;
    }
    add(
        DefinitionRule.RETRY_INTERVAL,
        field,
        "%s is %s; use whole milliseconds from 1ms to %dd"
            .formatted(field, interval, DefinitionLimits.LONGEST.toDays()));
    return false;
  }

  private void checkNonRetryable(List<String> types) {
    if (types.size() > DefinitionLimits.NON_RETRYABLE) {
      add(
          DefinitionRule.RETRY_NON_RETRYABLE,
          "nonRetryable",
          "nonRetryable names %,d failure types; at most %d are allowed"
              .formatted(types.size(), DefinitionLimits.NON_RETRYABLE));
      return;
    }
    Set<String> named = new HashSet<>();
    for (int i = 0; i < types.size(); i++) {
      String type = types.get(i);
      if (type.isBlank() || type.length() > DefinitionLimits.NAME_CHARS) {
        add(
            DefinitionRule.RETRY_NON_RETRYABLE,
            "nonRetryable[%d]".formatted(i),
            "%s is not a failure type; use 1 to %d characters, not all of them blank"
                .formatted(Excerpt.of(type), DefinitionLimits.NAME_CHARS));
      } else if (!named.add(type)) {
        add(
            DefinitionRule.RETRY_NON_RETRYABLE,
            "nonRetryable[%d]".formatted(i),
            "nonRetryable names %s twice; name it once".formatted(Excerpt.of(type)));
      }
    }
  }

  private void add(DefinitionRule rule, String field, String message) {
    violations.add(rule, () -> path + "." + field, () -> message);
  }
}
