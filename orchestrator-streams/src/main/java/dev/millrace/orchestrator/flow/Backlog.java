package dev.millrace.orchestrator.flow;

import dev.millrace.schemas.QueueSettings;
import dev.millrace.schemas.QueueTarget;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

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
   * @param lag commands in its topic that no worker has finished; empty if it was never known
   * @param isStale whether the lag is not known, or too old to act on
   * @param sampleAgeMs how old the lag is, in milliseconds; empty if it was never known
   * @param held ready steps that are not in the topic yet
   * @param oldestAgeMs for how long the oldest of those is held, in milliseconds
   * @param openBreakers how many breakers hold back its commands, each in one task of this engine
   * @param settings what an operator has set for it
   * @param ofStepTypes what an operator has set for step types of it, by their names
   */
  public record OfQueue(
      OptionalLong lag,
      boolean isStale,
      OptionalLong sampleAgeMs,
      long held,
      long oldestAgeMs,
      int openBreakers,
      QueueSettings settings,
      Map<String, QueueSettings> ofStepTypes) {
    /**
     * What more workers would help with: none of what is held while the whole queue is paused.
     *
     * @param heldTogether steps that all engines hold
     * @return empty when the lag is not known, or too old to act on
     */
    public OptionalLong total(long heldTogether) {
      if (isStale || lag.isEmpty()) {
        return OptionalLong.empty();
      }
      return OptionalLong.of(lag.getAsLong() + (settings.pause() == null ? heldTogether : 0));
    }
  }

  /** Whether nothing is sent to a queue until somebody says so. */
  boolean isPaused(String queue) {
    return limits.settings(QueueTarget.of(queue)).pause() != null;
  }

  /** The queues whose lag is known, and those that steps of this engine have met. */
  Set<String> queues() {
    Set<String> queues = new TreeSet<>(report.queues().keySet());
    queues.addAll(lags.latest().keySet());
    return queues;
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

  /** How things stand at a queue in the task of a partition; empty when that is not known here. */
  public Optional<QueueState> state(int partition, String queue) {
    return report.queue(partition, queue);
  }

  long oldestAgeMs(String queue) {
    long sinceMs = state(queue).oldestSinceMs();
    return sinceMs == 0 ? 0 : Math.max(0, clock.millis() - sinceMs);
  }

  /** All queues of which something is known, in the order of their names. */
  public Map<String, OfQueue> now() {
    Map<String, QueueLag> known = lags.latest();
    Map<String, OfQueue> queues = new TreeMap<>();
    for (String queue : queues()) {
      queues.put(queue, of(queue, known.get(queue)));
    }
    return queues;
  }

  private OfQueue of(String queue, @Nullable QueueLag lag) {
    long held = state(queue).held();
    long oldestAgeMs = oldestAgeMs(queue);
    int breakers = state(queue).openBreakers();
    QueueTarget target = QueueTarget.of(queue);
    return lag == null
        ? new OfQueue(
            OptionalLong.empty(),
            true,
            OptionalLong.empty(),
            held,
            oldestAgeMs,
            breakers,
            limits.settings(target),
            limits.ofStepTypes(queue))
        : new OfQueue(
            OptionalLong.of(lag.lag()),
            lags.isStale(lag),
            OptionalLong.of(lag.ageMs(clock.millis())),
            held,
            oldestAgeMs,
            breakers,
            limits.settings(target),
            limits.ofStepTypes(queue));
  }
}
