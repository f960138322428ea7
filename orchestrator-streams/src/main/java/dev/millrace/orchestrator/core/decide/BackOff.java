package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.definition.RetryPolicy;

/** The wait before a retry. */
final class BackOff {
  private BackOff() {}

  /**
   * Milliseconds from the failure of an attempt to the next one, at least 1. The jitter is a hash
   * of what the attempt is, so that deciding again gives the same time.
   */
  static long delayMs(RetryPolicy retry, String workflowId, int step, int failedAttempt) {
    double exponential =
        retry.initialInterval().toMillis() * Math.pow(retry.coefficient(), failedAttempt - 1);
    double capped = Math.min(exponential, (double) retry.maxInterval().toMillis());
    double unit = mix(workflowId.hashCode() * 31L + step * 1_000_003L + failedAttempt);
    return Math.max(1, Math.round(capped * (1 + retry.jitter() * (2 * unit - 1))));
  }

  /** The finalizer of SplitMix64 (Steele, Lea, Flood 2014), scaled to [0, 1). */
  private static double mix(long seed) {
    long z = seed + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return ((z ^ (z >>> 31)) >>> 11) * 0x1.0p-53;
  }
}
