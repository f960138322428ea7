package dev.millrace.perf.scaling;

import java.time.Duration;
import java.util.List;

/**
 * How fast replicas may come or go: {@code behavior.scaleUp} or {@code behavior.scaleDown} of a
 * HorizontalPodAutoscaler.
 *
 * @param stabilization for so long what was wanted before still counts: the least of it when there
 *     are to be more, the most when there are to be fewer
 * @param policies bounds of the change; the one that allows most of it holds, as {@code
 *     selectPolicy: Max} says
 */
public record ScalingRules(Duration stabilization, List<Policy> policies) {
  /** What the value of a policy is. */
  public enum Kind {
    PODS,
    PERCENT
  }

  /**
   * A bound.
   *
   * @param kind what the value is
   * @param value pods, or percent of those that there were when the period began
   * @param period in which no more than that may come or go
   */
  public record Policy(Kind kind, int value, Duration period) {
    public Policy {
      if (value < 1 || period.isNegative() || period.isZero()) {
        throw new IllegalArgumentException(
            "policy %d in %s: both must be above 0".formatted(value, period));
      }
    }
  }

  public ScalingRules {
    policies = List.copyOf(policies);
    if (stabilization.isNegative()) {
      throw new IllegalArgumentException(
          "stabilisation %s: must not be negative".formatted(stabilization));
    }
    if (policies.isEmpty()) {
      throw new IllegalArgumentException("policies: there must be at least one");
    }
  }

  /** The same with all times divided. */
  ScalingRules faster(int times) {
    return new ScalingRules(
        stabilization.dividedBy(times),
        policies.stream()
            .map(policy -> new Policy(policy.kind, policy.value, policy.period.dividedBy(times)))
            .toList());
  }

  /** The longest period of a policy. */
  Duration longestPeriod() {
    return policies.stream().map(Policy::period).max(Duration::compareTo).orElseThrow();
  }
}
