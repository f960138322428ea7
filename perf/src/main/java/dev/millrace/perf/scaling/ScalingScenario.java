package dev.millrace.perf.scaling;

import dev.millrace.orchestrator.flow.WindowSettings;
import dev.millrace.perf.scaling.ScalingModel.Signal;
import java.time.Duration;

/**
 * Pods, handlers and a load of which the model is asked what becomes. At 10x the load needs six
 * tenths of the pods that there may be, with all their slots.
 *
 * @param most pods that there may be
 * @param partitions of the topic; 0 for a share group, whose pods share commands
 * @param isEven whether only divisors of the partitions are wanted
 * @param slots of a pod
 * @param runMs mean time that a handler runs, in milliseconds
 * @param startMs from the creation of a pod to its first poll
 * @param thresholdPerSlot the threshold, as a multiple of the slots
 * @param signal what the autoscaler looks at
 */
public record ScalingScenario(
    int most,
    int partitions,
    boolean isEven,
    int slots,
    int runMs,
    int startMs,
    double thresholdPerSlot,
    Signal signal) {
  /** Seconds at 1x, before the load steps up: until the pods that came at first have gone again. */
  public static final int LITTLE_SECONDS = 480;

  /** Seconds at 10x, when it does not ramp. */
  public static final int MUCH_SECONDS = 1_200;

  /** Seconds in which a ramp gets from 1x to 10x. */
  public static final int RAMP_SECONDS = 300;

  /** Seconds without any load, in which all pods are to go. */
  public static final int NO_SECONDS = 900;

  private static final double NEEDED = 0.6;
  private static final int REBALANCE_MS = 500;
  private static final int COMMIT_MS = 500;
  private static final int TASKS = 12;
  private static final int MOST_WINDOW = 10_000;
  private static final Duration TARGET = Duration.ofMillis(500);

  /** Pods that a load needs when all their slots are always full. */
  public double needed() {
    return NEEDED * most;
  }

  /** Steps a second at 10x. */
  public double much() {
    return needed() * slots * 1_000 / runMs;
  }

  /** What commands may take from being ready to being committed when a backlog is at its target. */
  public double allowedSeconds() {
    return (2.0 * runMs + COMMIT_MS) / 1_000 + Math.max(TARGET.toMillis(), runMs / 2) / 1_000.0 + 1;
  }

  /** 1x, 10x, nothing. */
  public ScalingLoad step() {
    return ScalingLoad.step(much() / 10, LITTLE_SECONDS, MUCH_SECONDS, NO_SECONDS);
  }

  /** 1x, slowly to 10x. */
  public ScalingLoad ramp() {
    return ScalingLoad.ramp(much() / 10, LITTLE_SECONDS, RAMP_SECONDS, MUCH_SECONDS);
  }

  /** What becomes of the queue under a load. */
  public ScalingCourse run(ScalingLoad load, long seed) {
    long threshold = Math.max(1, Math.round(slots * thresholdPerSlot));
    ScalingSettings deployed =
        signal == Signal.LAG ? ScalingSettings.ofLag() : ScalingSettings.ofBacklog();
    int known = signal == Signal.LAG ? partitions : 0;
    ScalingSettings settings =
        deployed
            .upTo(most)
            .with(
                new ScalingSettings.Trigger(
                    threshold, deployed.trigger().activation(), known, isEven && known > 0));
    return ScalingModel.run(
        new ScalingModel.Setting(
            new PodGroup.Shape(slots, startMs, REBALANCE_MS, COMMIT_MS, partitions),
            runMs,
            TASKS,
            WindowSettings.upTo(MOST_WINDOW, TARGET),
            settings,
            signal),
        load,
        seed);
  }
}
