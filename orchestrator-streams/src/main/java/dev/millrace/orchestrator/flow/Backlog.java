package dev.millrace.orchestrator.flow;

import dev.millrace.schemas.QueueSettings;
import dev.millrace.schemas.QueueTarget;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What waits for the workers of each queue, in its topic and behind the engine's window. Of held
 * steps only those of this engine. Thread-safe; never blocks.
 */
public final class Backlog {
  private final LagSampler lags;
  private final QueueReport report;
  private final QueueLimits limits;
  private final InstantSource clock;

  public Backlog(LagSampler lags, QueueReport report, QueueLimits limits, InstantSource clock) {
    this.lags = lags;
    this.report = report;
    this.limits = limits;
    this.clock = clock;
  }

  /**
   * What waits for the workers of one queue.
   *
   * @param lag commands in its topic that no worker has finished
   * @param isStale whether the lag is too old to act on
   * @param sampleAgeMs how old the lag is, in milliseconds
   * @param held ready steps that are not in the topic yet
   * @param oldestAgeMs for how long the oldest of those is held, in milliseconds
   * @param openBreakers how many breakers hold back its commands, each in one task of this engine
   * @param settings what an operator has set for it
   * @param ofStepTypes what an operator has set for step types of it, by their names
   */
  public record OfQueue(
      long lag,
      boolean isStale,
      long sampleAgeMs,
      long held,
      long oldestAgeMs,
      int openBreakers,
      QueueSettings settings,
      Map<String, QueueSettings> ofStepTypes) {}

  /** Whether nothing is sent to a queue until somebody says so. */
  boolean isPaused(String queue) {
    return limits.settings(QueueTarget.of(queue)).pause() != null;
  }

  /** The queues whose lag is known. */
  Set<String> queues() {
    return lags.latest().keySet();
  }

  /** The lag of a queue; not a number when it is not known, or too old to act on. */
  double lag(String queue) {
    QueueLag lag = lags.fresh(queue);
    return lag == null ? Double.NaN : lag.lag();
  }

  /** How old the lag of a queue is, in milliseconds; not a number when it is not known. */
  double lagAgeMs(String queue) {
    QueueLag lag = lags.latest().get(queue);
    return lag == null ? Double.NaN : lag.ageMs(clock.millis());
  }

  /** How things stand at a queue in this engine. */
  QueueState state(String queue) {
    return report.queue(queue).orElse(QueueState.NOTHING);
  }

  long oldestAgeMs(String queue) {
    long sinceMs = state(queue).oldestSinceMs();
    return sinceMs == 0 ? 0 : Math.max(0, clock.millis() - sinceMs);
  }

  /** The queues whose lag is known, in the order of their names. */
  public Map<String, OfQueue> now() {
    long nowMs = clock.millis();
    Map<String, OfQueue> queues = new TreeMap<>();
    lags.latest()
        .forEach(
            (queue, lag) ->
                queues.put(
                    queue,
                    new OfQueue(
                        lag.lag(),
                        lags.isStale(lag),
                        lag.ageMs(nowMs),
                        state(queue).held(),
                        oldestAgeMs(queue),
                        state(queue).openBreakers(),
                        limits.settings(QueueTarget.of(queue)),
                        limits.ofStepTypes(queue))));
    return queues;
  }
}
