package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.DefinitionLimits;
import java.time.Duration;

/** What a retry policy means where it says nothing. No policy at all means one attempt. */
public final class RetryDefaults {
  /** Attempts in all. */
  public static final int MAX_ATTEMPTS = 5;

  /** Wait after the first failure. */
  public static final Duration INITIAL_INTERVAL = Duration.ofMillis(100);

  /** Factor from one wait to the next. */
  public static final double COEFFICIENT = 2;

  /** Longest wait, as a multiple of the first. */
  public static final int MAX_INTERVAL_FACTOR = 100;

  /** Fraction by which a wait is moved at random. */
  public static final double JITTER = 0.2;

  private RetryDefaults() {}

  /** The longest wait of a policy that names the first wait only. */
  public static Duration maxInterval(Duration initialInterval) {
    return initialInterval.compareTo(DefinitionLimits.LONGEST.dividedBy(MAX_INTERVAL_FACTOR)) > 0
        ? DefinitionLimits.LONGEST
        : initialInterval.multipliedBy(MAX_INTERVAL_FACTOR);
  }
}
