package dev.millrace.perf.scaling;

/**
 * What became of the workflows of a run, each of which has one step.
 *
 * @param started workflows that were started
 * @param succeeded those of them that the event log says succeeded
 * @param ran commands whose handler was called, by the workers' lists
 * @param ranTwice those of them for which it was called more than once
 * @param furtherAttempts attempts beyond the first of a step, by the event log
 * @param completedTwice attempts that more than one completion speaks of
 */
public record ScalingVerdict(
    long started,
    long succeeded,
    long ran,
    long ranTwice,
    long furtherAttempts,
    long completedTwice) {
  /** Whether each workflow succeeded, and each step was run once. */
  public boolean isClean() {
    return succeeded == started
        && ran == started
        && ranTwice == 0
        && furtherAttempts == 0
        && completedTwice == 0;
  }
}
