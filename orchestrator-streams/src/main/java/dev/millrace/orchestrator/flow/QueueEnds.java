package dev.millrace.orchestrator.flow;

import java.util.concurrent.atomic.LongAdder;

/**
 * The attempts of a queue that have ended in this engine, and how long their handlers ran. Stream
 * tasks add to it; thread-safe.
 */
public final class QueueEnds {
  private final LongAdder ended = new LongAdder();
  private final LongAdder reported = new LongAdder();
  private final LongAdder runMs = new LongAdder();

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
}
