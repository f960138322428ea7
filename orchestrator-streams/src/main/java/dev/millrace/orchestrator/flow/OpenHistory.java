package dev.millrace.orchestrator.flow;

/** How many attempts of a queue were open at the ends of the last rounds. Not thread-safe. */
final class OpenHistory {
  private static final int ROUNDS = 256;

  private final long[] atMs = new long[ROUNDS];
  private final long[] open = new long[ROUNDS];
  private int rounds;

  /** So many are open at a time that is later than those before. */
  void add(long nowMs, long attempts) {
    atMs[rounds % ROUNDS] = nowMs;
    open[rounds % ROUNDS] = attempts;
    rounds++;
  }

  /** How many were open at a time, or at the first that is known; 0 when none is. */
  long openAt(long timeMs) {
    int oldest = Math.max(0, rounds - ROUNDS);
    for (int round = rounds - 1; round > oldest; round--) {
      if (atMs[round % ROUNDS] <= timeMs) {
        return open[round % ROUNDS];
      }
    }
    return rounds == 0 ? 0 : open[oldest % ROUNDS];
  }
}
