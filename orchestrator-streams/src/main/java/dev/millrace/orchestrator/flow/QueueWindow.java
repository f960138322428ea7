package dev.millrace.orchestrator.flow;

import java.util.concurrent.TimeUnit;

/**
 * How many attempts of one queue each task may have open, steered by how long its commands wait for
 * a worker. Once a round, with the drain rate D (attempts that ended a second), the time R that
 * handlers ran, the time in the queue q and the target T:
 *
 * <pre>
 *   q = open / D - R                            (Little's law, J. D. C. Little 1961)
 *   T' = max(T, R / 2)
 *   q &gt; T':                    window = clamp(D (T' + R) / tasks, window / 2, window)
 *   q &lt; T', and steps are held: window = window * clamp(T' / q, 1, 2), once in open / D
 * </pre>
 *
 * <p>It shrinks to what the workers finish within target and run time, and grows only while it is
 * what holds steps back, no sooner than it can have heard of the last growth. When attempts are
 * open and none ends for longer than handlers run, they count as waiting for as long as that lasts.
 * Where the lag of the queue's workers says that commands wait for longer, that holds; while it is
 * not known, no window grows. As long as no worker has reported how long its handlers run, there is
 * no telling those that wait from those that run, and nothing shrinks.
 *
 * <p>Not thread-safe.
 */
public final class QueueWindow {
  /** A round is as long as this at least. */
  static final long ROUND_MS = 250;

  /** ... and ends then if so many attempts have ended, */
  private static final long ROUND_ENDS = 32;

  /** ... else when it is as long as this. */
  private static final long LONGEST_ROUND_MS = 1_000;

  /** Of a long run time this part may be waited for: less could not be told from its variance. */
  private static final double PART_OF_RUN_TIME = 0.5;

  /** Workers commit what they have finished as late as that, so that much of a lag is none. */
  private static final long COMMIT_MS = 1_000;

  private final WindowSettings settings;
  private double window;
  private double runMs;
  private boolean isRunTimeKnown;
  private long roundSinceMs;
  private long ended;
  private long reported;
  private long reportedRunMs;
  private long lastEndMs;
  private long grownMs;
  private double rate;

  /**
   * @param nowMs the time of the first sample's beginning, as {@link QueueSample#nowMs()}
   */
  public QueueWindow(WindowSettings settings, long nowMs) {
    this.settings = settings;
    this.window = settings.first();
    this.roundSinceMs = nowMs;
    this.lastEndMs = nowMs;
    this.grownMs = nowMs;
  }

  /** Attempts that each task may have open. */
  public int size() {
    return (int) Math.round(window);
  }

  /** Attempts that ended a second, in the last rounds. */
  public double drainRate() {
    return rate;
  }

  /** Takes the next sample, and changes the window when that ends a round. */
  public void take(QueueSample sample) {
    ended += sample.ended();
    reported += sample.reported();
    reportedRunMs += sample.runMs();
    if (sample.ended() > 0 || sample.open() == 0) {
      lastEndMs = sample.nowMs();
    }
    long roundMs = sample.nowMs() - roundSinceMs;
    if (roundMs >= LONGEST_ROUND_MS || (roundMs >= ROUND_MS && ended >= ROUND_ENDS)) {
      measure(roundMs);
      steer(sample);
      roundSinceMs = sample.nowMs();
      ended = 0;
      reported = 0;
      reportedRunMs = 0;
    }
  }

  /** Long handlers make few ends a round: what is known of them is as old as they are long. */
  private void measure(long roundMs) {
    double weight = Math.min(1, roundMs / Math.max((double) LONGEST_ROUND_MS / 2, runMs));
    rate += weight * (ended * (double) TimeUnit.SECONDS.toMillis(1) / roundMs - rate);
    if (reported > 0) {
      double meanMs = (double) reportedRunMs / reported;
      runMs = isRunTimeKnown ? runMs + weight * (meanMs - runMs) : meanMs;
      isRunTimeKnown = true;
    }
  }

  private void steer(QueueSample sample) {
    if (sample.open() == 0) {
      return;
    }
    double perMs = rate / TimeUnit.SECONDS.toMillis(1);
    double targetMs = Math.max((double) settings.target().toMillis(), runMs * PART_OF_RUN_TIME);
    double stayMs = perMs == 0 ? 0 : sample.open() / perMs;
    double queueMs = queueMs(sample, stayMs);
    if (queueMs > targetMs) {
      double wanted = perMs * (targetMs + runMs) / sample.fullTasks();
      window = Math.clamp(wanted, window / 2, window);
    } else if (sample.isHeld()
        && sample.lagMs() >= 0
        && perMs > 0
        && sample.nowMs() - grownMs >= Math.min(stayMs, runMs + targetMs)) {
      window *= Math.clamp(targetMs / Math.max(queueMs, 1), 1, 2);
      grownMs = sample.nowMs();
    }
    window = Math.clamp(window, settings.least(), settings.most());
  }

  /** How long a command waits for a worker, by all that is known. */
  private double queueMs(QueueSample sample, double stayMs) {
    if (!isRunTimeKnown) {
      return 0;
    }
    double byEnds = stayMs - runMs;
    double silence = sample.nowMs() - lastEndMs - 2 * runMs;
    double byLag = sample.lagMs() - runMs - COMMIT_MS;
    return Math.max(Math.max(byEnds, silence), Math.max(byLag, 0));
  }
}
