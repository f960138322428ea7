package dev.millrace.orchestrator.core.definition;

import java.time.Duration;
import java.util.List;

/**
 * When and how often a failed step is tried again. The wait before attempt n+1 is {@code
 * min(initialInterval * coefficient^(n-1), maxInterval)}, moved by at most the jitter fraction
 * either way.
 *
 * @param maxAttempts attempts in all, the first included
 * @param initialInterval wait after the first failure
 * @param coefficient factor from one wait to the next
 * @param maxInterval longest wait
 * @param jitter fraction of the wait by which it is moved at random, 0 to 1
 * @param nonRetryable failure types that are never tried again
 */
public record RetryPolicy(
    int maxAttempts,
    Duration initialInterval,
    double coefficient,
    Duration maxInterval,
    double jitter,
    List<String> nonRetryable) {

  /** One attempt and no more. */
  public static final RetryPolicy NONE =
      new RetryPolicy(1, Duration.ofMillis(100), 2, Duration.ofSeconds(10), 0, List.of());

  public RetryPolicy {
    nonRetryable = List.copyOf(nonRetryable);
  }
}
