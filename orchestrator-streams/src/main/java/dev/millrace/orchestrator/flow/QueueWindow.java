package dev.millrace.orchestrator.flow;

import java.util.concurrent.TimeUnit;

/**
 * How many attempts of one queue each task may have open, steered by how long its commands wait for
 * a worker. Once a round, with the attempts that ended in it, D a second, which waited for W and
 * ran for R, and the target T:
 *
 * <pre>
 *   S  = min(time for which they were open, open / D)
 *   q  = W + (open now - open S ago) / D
 *   T' = max(T, R / 2)
 *   q &gt; T':                     window = clamp((open - D (q - T')) / tasks, window / 2, window)
 *   q &lt; T', and steps are held: window = window * clamp(T' / q, 1, 2), once in S
 * </pre>
 *
 * <p>So q is what those waited that ended, and what has come to wait since they were sent: attempts
 * that run for hours beside others that run for milliseconds are on both sides of the difference.
 * (By Little's law, J. D. C. Little 1961, open / D is the mean time for which attempts are open; a
 * few long ones among those that ended would make the other mean the longer one.) The window
 * shrinks to what the workers finish within the target, and grows only while it is what holds steps
 * back, no sooner than it can have heard of the last growth.
 *
 * <p>When attempts are open and none ends for longer than handlers run, all of them count as
 * waiting, and the window falls. They may be ones that run for long, with idle workers beside them:
 * so then one more command is let through from time to time, less and less often, and if it ends
 * soon, the window grows again, from what is out.
 *
 * <p>Where it is not known when the commands were sent, as after a restart, q is open / D - R, or
 * what the lag of the queue's workers takes them if that is more. While the lag is not known, no
 * window grows. As long as no worker has reported how long its handlers run, there is no telling
 * those that wait from those that run, and nothing shrinks.
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

  /** How soon one more command is let through while nothing ends, and how seldom at last. */
  private static final long FIRST_PROBE_MS = 1_000;

  private static final long LAST_PROBE_MS = 16_000;

  private final WindowSettings settings;
  private final OpenHistory history = new OpenHistory();
  private double window;
  private double runMs;
  private boolean isRunTimeKnown;
  private long roundSinceMs;
  private long ended;
  private long reported;
  private long reportedRunMs;
  private long waits;
  private long waitsMs;
  private long staysMs;
  private long lastEndMs;
  private long probeMs = FIRST_PROBE_MS;
  private long probedMs;
  private boolean wasSilent;
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

  /** Takes the next sample, and changes the window when that ends a round. */
  public void take(QueueSample sample) {
    ended += sample.ended();
    reported += sample.reported();
    reportedRunMs += sample.runMs();
    waits += sample.waits();
    waitsMs += sample.waitMs();
    staysMs += sample.stayMs();
    if (sample.ended() > 0 || sample.open() == 0) {
      lastEndMs = sample.nowMs();
      probedMs = lastEndMs;
      probeMs = FIRST_PROBE_MS;
    }
    long roundMs = sample.nowMs() - roundSinceMs;
    if (roundMs >= LONGEST_ROUND_MS || (roundMs >= ROUND_MS && ended >= ROUND_ENDS)) {
      measure(roundMs);
      steer(sample);
      history.add(sample.nowMs(), sample.open());
      roundSinceMs = sample.nowMs();
      ended = 0;
      reported = 0;
      reportedRunMs = 0;
      waits = 0;
      waitsMs = 0;
      staysMs = 0;
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
    if (sample.open() == 0 || !isRunTimeKnown) {
      return;
    }
    double perMs = rate / TimeUnit.SECONDS.toMillis(1);
    double targetMs = Math.max((double) settings.target().toMillis(), runMs * PART_OF_RUN_TIME);
    double stayMs = stayMs(sample, perMs);
    double queueMs = queueMs(sample, perMs, stayMs);
    if (sample.nowMs() - lastEndMs - 2 * runMs > targetMs) {
      wasSilent = true;
      shrinkTo(0);
      probe(sample);
    } else if (queueMs > targetMs) {
      shrinkTo((sample.open() - perMs * (queueMs - targetMs)) / sample.fullTasks());
    } else if (sample.isHeld()
        && sample.lagMs() >= 0
        && perMs > 0
        && sample.nowMs() - grownMs >= Math.min(stayMs, runMs + targetMs)) {
      if (wasSilent) {
        window = Math.max(window, perTask(sample)); // those that are out run, and do not wait
        wasSilent = false;
      }
      window *= Math.clamp(targetMs / Math.max(queueMs, 1), 1, 2);
      grownMs = sample.nowMs();
    }
    window = Math.clamp(window, settings.least(), settings.most());
  }

  /** By half a round at most. */
  private void shrinkTo(double wanted) {
    window = Math.clamp(wanted, window / 2, window);
  }

  /** Lets one more command through if it is time to: what is out may run, and not wait. */
  private void probe(QueueSample sample) {
    if (sample.isHeld() && sample.nowMs() - probedMs >= probeMs) {
      window = Math.max(window, perTask(sample) + 1);
      probedMs = sample.nowMs();
      probeMs = Math.min(2 * probeMs, LAST_PROBE_MS);
    }
  }

  private static double perTask(QueueSample sample) {
    return (double) sample.open() / sample.fullTasks();
  }

  /** How long it takes to hear of what was sent; 0 when nothing tells. */
  private double stayMs(QueueSample sample, double perMs) {
    double byEnds = perMs == 0 ? 0 : sample.open() / perMs;
    return waits == 0 ? byEnds : Math.min(byEnds, (double) staysMs / waits);
  }

  /** How long a command waits for a worker, by all that is known. */
  private double queueMs(QueueSample sample, double perMs, double stayMs) {
    if (waits == 0) {
      return Math.max(stayMs - runMs, sample.lagMs() - runMs - COMMIT_MS);
    }
    long more = sample.open() - history.openAt(sample.nowMs() - Math.round(stayMs));
    return (double) waitsMs / waits + (perMs == 0 ? 0 : more / perMs);
  }
}
