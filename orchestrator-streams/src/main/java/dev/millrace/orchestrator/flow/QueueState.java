package dev.millrace.orchestrator.flow;

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
 */
public record QueueState(
    long open,
    long held,
    long window,
    boolean isPaused,
    long oldestSinceMs,
    boolean isCounted,
    int openBreakers) {
  /** A queue that nobody has met. */
  static final QueueState NOTHING = new QueueState(0, 0, 0, false, 0, true);

  /** A queue whose breakers are closed, or that has none. */
  public QueueState(
      long open, long held, long window, boolean isPaused, long oldestSinceMs, boolean isCounted) {
    this(open, held, window, isPaused, oldestSinceMs, isCounted, 0);
  }

  /** Both together. */
  QueueState plus(QueueState other) {
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
        openBreakers + other.openBreakers);
  }
}
