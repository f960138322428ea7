package dev.millrace.cli.connection;

import dev.millrace.cli.CommandFailedException;
import java.util.concurrent.TimeUnit;

/** Lets things happen no faster than at a rate. Not thread-safe. */
public final class Pace {
  private final long gapNanos;
  private long next = System.nanoTime();

  /**
   * A pace.
   *
   * @param perSecond how many in a second at most, from 1
   */
  public Pace(int perSecond) {
    gapNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
  }

  /** Waits until it is time for the next. */
  public void await() {
    long wait = next - System.nanoTime();
    try {
      TimeUnit.NANOSECONDS.sleep(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailedException("interrupted", e);
    }
    next = Math.max(next, System.nanoTime() - gapNanos) + gapNanos;
  }
}
