package dev.millrace.orchestrator.flow;

import dev.millrace.orchestrator.core.event.StepHeld;
import java.util.HashMap;
import java.util.Map;

/**
 * How things stand at a queue.
 *
 * @param open attempts that are open
 * @param held steps that wait for the queue
 * @param window most attempts that may be open at once
 * @param isPaused whether no command goes to it
 * @param oldestSinceMs since when the step waits that has waited longest, as far as it is known, in
 *     epoch milliseconds; 0 when none waits
 * @param isCounted whether everything is counted: false for a while after a start, while the counts
 *     may be too low
 * @param openBreakers how many breakers hold back its commands, or those of a step type of it, each
 *     in one task
 * @param limitedBy what an operator has set that has held back its last step; by step type, with an
 *     empty one for all
 */
public record QueueState(
    long open,
    long held,
    long window,
    boolean isPaused,
    long oldestSinceMs,
    boolean isCounted,
    int openBreakers,
    Map<String, StepHeld.Reason> limitedBy) {
  public QueueState {
    limitedBy = Map.copyOf(limitedBy);
  }

  /** A queue that nobody has met. */
  static final QueueState NOTHING = new QueueState(0, 0, 0, false, 0, true);

  /** A queue for which nothing is set. */
  public QueueState(
      long open, long held, long window, boolean isPaused, long oldestSinceMs, boolean isCounted) {
    this(open, held, window, isPaused, oldestSinceMs, isCounted, 0, Map.of());
  }

  /** What holds back a step type of the queue, as far as it is known. */
  public StepHeld.Reason heldBy(String stepType) {
    if (isPaused) {
      return StepHeld.Reason.QUEUE_PAUSED;
    }
    StepHeld.Reason ofAll = limitedBy.getOrDefault("", StepHeld.Reason.QUEUE);
    return limitedBy.getOrDefault(stepType, ofAll);
  }

  /** Both together. */
  QueueState plus(QueueState other) {
    Map<String, StepHeld.Reason> reasons = new HashMap<>(other.limitedBy);
    reasons.putAll(limitedBy);
    long oldest =
        oldestSinceMs == 0 || other.oldestSinceMs == 0
            ? Math.max(oldestSinceMs, other.oldestSinceMs)
            : Math.min(oldestSinceMs, other.oldestSinceMs);
    return new QueueState(
        open + other.open,
        held + other.held,
        window + other.window,
        isPaused || other.isPaused,
        oldest,
        isCounted && other.isCounted,
        openBreakers + other.openBreakers,
        reasons);
  }
}
