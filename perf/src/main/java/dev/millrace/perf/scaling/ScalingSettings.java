package dev.millrace.perf.scaling;

import dev.millrace.perf.scaling.ScalingRules.Kind;
import dev.millrace.perf.scaling.ScalingRules.Policy;
import java.time.Duration;
import java.util.List;

/**
 * What a ScaledObject of KEDA says, and what Kubernetes adds.
 *
 * @param trigger what is looked at
 * @param leastReplicas {@code minReplicaCount}
 * @param mostReplicas {@code maxReplicaCount}
 * @param times when it is looked at
 * @param up how fast replicas come
 * @param down how fast they go
 * @param fallback how many there are while the metric cannot be read
 */
public record ScalingSettings(
    Trigger trigger,
    int leastReplicas,
    int mostReplicas,
    Times times,
    ScalingRules up,
    ScalingRules down,
    Fallback fallback) {

  /**
   * A trigger whose metric is an average of replicas.
   *
   * @param threshold {@code lagThreshold} or {@code targetValue}: the metric divided by it is the
   *     wanted number of replicas
   * @param activation {@code activationLagThreshold} or {@code activationTargetValue}: more than it
   *     wakes the first replica
   * @param partitions of the topic, of which there are never more replicas; 0 for a trigger that
   *     does not know them
   * @param isEven {@code ensureEvenDistributionOfPartitions}: only divisors of the partitions are
   *     wanted
   */
  public record Trigger(long threshold, long activation, int partitions, boolean isEven) {
    public Trigger {
      if (threshold < 1 || activation < 0 || partitions < 0) {
        throw new IllegalArgumentException(
            "threshold %d must be 1 or more, activation %d and partitions %d 0 or more"
                .formatted(threshold, activation, partitions));
      }
    }
  }

  /**
   * Intervals.
   *
   * @param polling {@code pollingInterval}: how often KEDA looks whether there is anything to do
   * @param cooldown {@code cooldownPeriod}: for how long there is nothing until none is left
   * @param sync how often the HorizontalPodAutoscaler asks for the metric; Kubernetes has 15 s
   *     unless somebody sets {@code --horizontal-pod-autoscaler-sync-period}
   */
  public record Times(Duration polling, Duration cooldown, Duration sync) {}

  /**
   * What holds while the metric cannot be read, with {@code behavior: currentReplicasIfHigher}.
   *
   * @param failures {@code failureThreshold}: more in a row than that
   * @param replicas as many, or those that there are if these are more
   */
  public record Fallback(int failures, int replicas) {}

  /** A metric that is so near to what the replicas stand for changes nothing. */
  static final double TOLERANCE = 0.1;

  private static final Duration SYNC = Duration.ofSeconds(15);
  private static final long WORKER_SLOTS = 256;
  private static final int PARTITIONS = 12;

  public ScalingSettings {
    if (leastReplicas < 0 || mostReplicas < 1 || mostReplicas < leastReplicas) {
      throw new IllegalArgumentException(
          "replicas %d to %d: must be 0 or more, and 1 or more, in this order"
              .formatted(leastReplicas, mostReplicas));
    }
  }

  /** The numbers of {@code deploy/k8s/components/keda/lag}. */
  public static ScalingSettings ofLag() {
    return deployed(new Trigger(WORKER_SLOTS, 0, PARTITIONS, true));
  }

  /** The numbers of {@code deploy/k8s/components/keda/backlog}. */
  public static ScalingSettings ofBacklog() {
    return deployed(new Trigger(WORKER_SLOTS * 3 / 4, 0, 0, false));
  }

  private static ScalingSettings deployed(Trigger trigger) {
    return new ScalingSettings(
        trigger,
        0,
        PARTITIONS,
        new Times(Duration.ofSeconds(5), Duration.ofSeconds(300), SYNC),
        new ScalingRules(
            Duration.ZERO,
            List.of(
                new Policy(Kind.PERCENT, 100, Duration.ofSeconds(15)),
                new Policy(Kind.PODS, 4, Duration.ofSeconds(15)))),
        new ScalingRules(
            Duration.ofSeconds(300), List.of(new Policy(Kind.PERCENT, 50, Duration.ofSeconds(60)))),
        new Fallback(3, 3));
  }

  /** The same with another trigger. */
  public ScalingSettings with(Trigger other) {
    return new ScalingSettings(other, leastReplicas, mostReplicas, times, up, down, fallback);
  }

  /** The same with other intervals. */
  public ScalingSettings with(Times other) {
    return new ScalingSettings(trigger, leastReplicas, mostReplicas, other, up, down, fallback);
  }

  /** The same with another way down. */
  public ScalingSettings withDown(ScalingRules other) {
    return new ScalingSettings(trigger, leastReplicas, mostReplicas, times, up, other, fallback);
  }

  /** The same up to another number of replicas. */
  public ScalingSettings upTo(int replicas) {
    return new ScalingSettings(trigger, leastReplicas, replicas, times, up, down, fallback);
  }

  /** The same with all times divided, to see in minutes what takes longer. */
  public ScalingSettings faster(int factor) {
    return new ScalingSettings(
        trigger,
        leastReplicas,
        mostReplicas,
        new Times(
            times.polling.dividedBy(factor),
            times.cooldown.dividedBy(factor),
            times.sync.dividedBy(factor)),
        up.faster(factor),
        down.faster(factor),
        fallback);
  }
}
