package dev.millrace.worker;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Small programs of some threads, run many times, with pauses of random length in them: for what is
 * too large for {@link Schedules}.
 */
public final class RandomTiming {
  /** How often a program is run. */
  private static final int TIMES = Integer.getInteger("millrace.timings", 400);

  private static final int LONGEST_NANOS = 200_000;

  private RandomTiming() {}

  /**
   * Runs a program many times.
   *
   * @throws AssertionError when one of the runs fails
   */
  public static void repeat(Runnable program) {
    for (int i = 0; i < TIMES; i++) {
      program.run();
    }
  }

  /** Lets other threads go first, or not. */
  public static void pause() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    if (random.nextBoolean()) {
      LockSupport.parkNanos(random.nextInt(LONGEST_NANOS));
    }
  }
}
