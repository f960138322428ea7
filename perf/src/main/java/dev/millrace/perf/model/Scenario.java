package dev.millrace.perf.model;

import dev.millrace.orchestrator.flow.WindowSettings;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;

/** Loads under which the windows of a queue are looked at. */
public enum Scenario {
  /**
   * More than the workers can take; every 30 seconds there are 1 to 8 of them, with 20 slots each.
   */
  POOL,
  /** A tenth of what the workers can take, and from the second {@link #CHANGE} on nine tenths. */
  STEP,
  /** From nothing to nine tenths of what the workers can take, in {@link #CHANGE} seconds. */
  RAMP,
  /** Nine tenths of what the workers can take, and no worker for a time. */
  OUTAGE,
  /**
   * Half more than the workers can take, of handlers that run for a tenth of a second but for one
   * in 200, which runs for a minute.
   */
  MIXED,
  /** Little for the workers to do, but one handler in 200 runs for ten minutes. */
  LONG;

  /** Bounds of the windows; those of an engine begin with more. */
  public static final WindowSettings SETTINGS =
      new WindowSettings(Duration.ofMillis(500), 4, 128, 10_000);

  static final int CHANGE = 30;
  static final int OUTAGE_BEGINS = 60;
  static final int OUTAGE_ENDS = 120;

  private static final double ONE_IN_200 = 0.005;
  private static final int MINUTE_MS = 60_000;
  private static final int RUN_MS = 50;
  private static final int TASKS = 4;
  private static final int WORKER_SLOTS = 20;
  private static final int MOST_WORKERS = 8;
  private static final int SLOTS = MOST_WORKERS * WORKER_SLOTS;

  /** Attempts that all workers together can finish a second. */
  static final int CAPACITY = SLOTS * 1_000 / RUN_MS;

  private static final int MUCH = CAPACITY * 9 / 10;

  /** What happens to the queue. */
  public QueueModel.Load load() {
    return switch (this) {
      case MIXED ->
          new QueueModel.Load(600, second -> 375, second -> 100, 100, TASKS, ONE_IN_200, MINUTE_MS);
      case LONG ->
          new QueueModel.Load(
              1_800, second -> 10, second -> 100, 100, TASKS, ONE_IN_200, 10 * MINUTE_MS);
      case POOL ->
          load(300, second -> CAPACITY * 9 / 8, second -> poolOf(second / 30) * WORKER_SLOTS);
      case STEP -> load(60, second -> second < CHANGE ? CAPACITY / 10 : MUCH, second -> SLOTS);
      case RAMP -> load(60, second -> MUCH * Math.min(second, CHANGE) / CHANGE, second -> SLOTS);
      case OUTAGE ->
          load(
              600,
              second -> MUCH,
              second -> second >= OUTAGE_BEGINS && second < OUTAGE_ENDS ? 0 : SLOTS);
    };
  }

  private static QueueModel.Load load(
      int seconds, IntUnaryOperator perSecond, IntUnaryOperator slots) {
    return new QueueModel.Load(seconds, perSecond, slots, RUN_MS, TASKS, 0, 0);
  }

  private static int poolOf(int period) {
    return 1 + new SplittableRandom(period).nextInt(MOST_WORKERS);
  }
}
