package dev.millrace.orchestrator.flow;

import java.util.concurrent.atomic.LongAdder;

/**
 * The attempts of a queue that have ended in this engine, how long their handlers ran, and how long
 * they waited for one. Stream tasks add to it; thread-safe.
 */
public final class QueueEnds {
  private final LongAdder ended = new LongAdder();
  private final LongAdder reported = new LongAdder();
  private final LongAdder runMs = new LongAdder();
  private final LongAdder waits = new LongAdder();
  private final LongAdder waitMs = new LongAdder();
  private final LongAdder stayMs = new LongAdder();

  /** Attempts have ended, of whose handlers nothing is known. */
  public void add(int attempts) {
    ended.add(attempts);
  }

  /** An attempt has ended, whose handler ran for so long, in milliseconds. */
  public void addRun(long handlerMs) {
    ended.increment();
    reported.increment();
    runMs.add(handlerMs);
  }

  /**
   * An attempt has ended of which it is known when its command was sent.
   *
   * @param openMs from sending its command until its end was known
   * @param handlerMs how long of that its handler ran
   */
  public void addWait(long openMs, long handlerMs) {
    waits.increment();
    waitMs.add(Math.max(0, openMs - handlerMs));
    stayMs.add(openMs);
  }

  /** All attempts that ended. */
  public long ended() {
    return ended.sum();
  }

  /** Those of them whose worker said how long its handler ran. */
  public long reported() {
    return reported.sum();
  }

  /** How long these ran together, in milliseconds. */
  public long runMs() {
    return runMs.sum();
  }

  /** Attempts of which it is known how long they waited. */
  public long waits() {
    return waits.sum();
  }

  /** How long these waited for a handler together, in milliseconds. */
  public long waitMs() {
    return waitMs.sum();
  }

  /** How long these were open together, in milliseconds. */
  public long stayMs() {
    return stayMs.sum();
  }
}
