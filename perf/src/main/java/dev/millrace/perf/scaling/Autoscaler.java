package dev.millrace.perf.scaling;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * Decides how many replicas there are, as KEDA and the HorizontalPodAutoscaler that it makes do
 * together. Time is given to it. After the documents of both:
 *
 * <ul>
 *   <li>KEDA, "ScaledObject specification" (pollingInterval, cooldownPeriod, fallback) and "Apache
 *       Kafka" scaler: from none to one when the metric is above its activation, to none when it
 *       has not been for the cool-down. It hands the metric on, cut to what the partitions can use.
 *   <li>Kubernetes, "Horizontal Pod Autoscaling", "Algorithm details" and "Configurable scaling
 *       behavior": with one replica or more, {@code ceil(metric / threshold)} each time that it
 *       asks, unless that is within 10 % of what there is; then stabilisation, then policies, then
 *       bounds.
 * </ul>
 *
 * <p>Not thread-safe.
 */
public final class Autoscaler {
  private final ScalingSettings settings;
  private final Deque<Wanted> history = new ArrayDeque<>();
  private final Deque<Change> changes = new ArrayDeque<>();
  private int replicas;
  private long nextPollMs;
  private long nextSyncMs;
  private long lastActiveMs;
  private int failures;

  /** What the metric asked for at a time. */
  private record Wanted(long atMs, int replicas) {}

  /** Replicas that the HorizontalPodAutoscaler added at a time, or took away if negative. */
  private record Change(long atMs, int replicas) {}

  /**
   * An autoscaler that looks for the first time at once.
   *
   * @param replicas those that there are
   * @param nowMs the time, in milliseconds of a clock that never goes back
   */
  public Autoscaler(ScalingSettings settings, int replicas, long nowMs) {
    this.settings = settings;
    this.replicas = replicas;
    nextPollMs = nowMs;
    nextSyncMs = nowMs;
    lastActiveMs = nowMs;
  }

  /** When there is something to do next. */
  public long nextMs() {
    return Math.min(nextPollMs, nextSyncMs);
  }

  /** How many there are to be. */
  public int replicas() {
    return replicas;
  }

  /**
   * Does what is due.
   *
   * @param metric reads the metric; empty when it cannot be read
   * @return how many replicas there are to be
   */
  public int at(long nowMs, Supplier<OptionalLong> metric) {
    if (nowMs >= nextPollMs) {
      poll(nowMs, read(metric));
      nextPollMs = nowMs + settings.times().polling().toMillis();
    }
    if (nowMs >= nextSyncMs) {
      if (replicas > 0) {
        sync(nowMs, read(metric));
      }
      nextSyncMs = nowMs + settings.times().sync().toMillis();
    }
    return replicas;
  }

  private OptionalLong read(Supplier<OptionalLong> metric) {
    OptionalLong value = metric.get();
    failures = value.isPresent() ? 0 : failures + 1;
    return value;
  }

  private boolean isFallback() {
    return failures > settings.fallback().failures();
  }

  /** KEDA: between none and some. */
  private void poll(long nowMs, OptionalLong metric) {
    int least = settings.leastReplicas();
    if (metric.isEmpty()) {
      if (isFallback()) {
        replicas = Math.max(replicas, settings.fallback().replicas());
      }
    } else if (metric.getAsLong() > settings.trigger().activation()) {
      lastActiveMs = nowMs;
      replicas = Math.max(replicas, Math.max(1, least));
    } else if (least == 0 && nowMs - lastActiveMs > settings.times().cooldown().toMillis()) {
      replicas = 0;
    } else {
      replicas = Math.max(replicas, least);
    }
  }

  /** The HorizontalPodAutoscaler: between one and many. */
  private void sync(long nowMs, OptionalLong metric) {
    if (metric.isEmpty() && !isFallback()) {
      return;
    }
    long threshold = settings.trigger().threshold();
    long value =
        metric.isPresent()
            ? usable(metric.getAsLong())
            : threshold * Math.max(replicas, settings.fallback().replicas());
    double ratio = (double) value / ((double) threshold * replicas);
    int wanted =
        Math.abs(1 - ratio) <= ScalingSettings.TOLERANCE
            ? replicas
            : (int) Math.min(Integer.MAX_VALUE, Math.ceilDiv(value, threshold));
    int next = bounded(nowMs, stabilized(nowMs, wanted));
    if (next != replicas) {
      changes.addLast(new Change(nowMs, next - replicas));
      replicas = next;
    }
  }

  /** The metric, cut to what as many replicas as there are partitions stand for. */
  private long usable(long metric) {
    ScalingSettings.Trigger trigger = settings.trigger();
    int partitions = trigger.partitions();
    if (partitions == 0) {
      return metric;
    }
    if (metric / trigger.threshold() >= partitions) {
      return partitions * trigger.threshold();
    }
    if (!trigger.isEven() || metric == 0) {
      return metric;
    }
    long replicasWanted = Math.ceilDiv(metric, trigger.threshold());
    while (partitions % replicasWanted != 0) {
      replicasWanted++;
    }
    return replicasWanted * trigger.threshold();
  }

  private int stabilized(long nowMs, int wanted) {
    long upMs = settings.up().stabilization().toMillis();
    long downMs = settings.down().stabilization().toMillis();
    history.removeIf(old -> nowMs - old.atMs() >= Math.max(upMs, downMs));
    int atLeast = wanted;
    int atMost = wanted;
    for (Wanted old : history) {
      long ageMs = nowMs - old.atMs();
      atLeast = ageMs < upMs ? Math.min(atLeast, old.replicas()) : atLeast;
      atMost = ageMs < downMs ? Math.max(atMost, old.replicas()) : atMost;
    }
    history.addLast(new Wanted(nowMs, wanted));
    return Math.min(Math.max(replicas, atLeast), atMost);
  }

  private int bounded(long nowMs, int wanted) {
    ScalingRules up = settings.up();
    ScalingRules down = settings.down();
    Duration longest =
        up.longestPeriod().compareTo(down.longestPeriod()) > 0
            ? up.longestPeriod()
            : down.longestPeriod();
    changes.removeIf(old -> nowMs - old.atMs() >= longest.toMillis());
    int bound = wanted;
    if (wanted > replicas) {
      int most = replicas;
      for (ScalingRules.Policy policy : up.policies()) {
        int before = replicas - changed(nowMs, policy.period());
        most = Math.max(most, (int) Math.ceil(allowed(before, policy, 1)));
      }
      bound = Math.min(wanted, most);
    } else if (wanted < replicas) {
      int fewest = replicas;
      for (ScalingRules.Policy policy : down.policies()) {
        int before = replicas - changed(nowMs, policy.period());
        fewest = Math.min(fewest, (int) allowed(before, policy, -1));
      }
      bound = Math.max(wanted, fewest);
    }
    return Math.clamp(bound, Math.max(1, settings.leastReplicas()), settings.mostReplicas());
  }

  private static double allowed(int before, ScalingRules.Policy policy, int direction) {
    return switch (policy.kind()) {
      case PODS -> before + (double) direction * policy.value();
      case PERCENT -> before * (1 + direction * policy.value() / 100.0);
    };
  }

  private int changed(long nowMs, Duration period) {
    return changes.stream()
        .filter(change -> nowMs - change.atMs() < period.toMillis())
        .mapToInt(Change::replicas)
        .sum();
  }
}
