package dev.millrace.orchestrator.flow;

/**
 * How far the workers of a queue are behind, at one moment.
 *
 * @param lag commands in the topic that no worker has finished, its partitions together
 * @param written how many records the topic has ever had: the sum of its end offsets
 * @param sampledAtMs when that was so, in epoch milliseconds
 */
public record QueueLag(long lag, long written, long sampledAtMs) {
  /** How many records the workers have behind them; of two samples the difference was finished. */
  public long finished() {
    return written - lag;
  }

  /** How old this is, in milliseconds. */
  public long ageMs(long nowMs) {
    return Math.max(0, nowMs - sampledAtMs);
  }
}
