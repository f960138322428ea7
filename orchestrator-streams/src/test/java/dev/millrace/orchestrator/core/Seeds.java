package dev.millrace.orchestrator.core;

import java.time.Duration;
import java.util.function.LongConsumer;

/**
 * The seeds of a random test: the first ones, or one alone, another number of them, or for some
 * minutes those that no other run begins with, by system properties.
 *
 * @param property of one seed; with an {@code s} after it, of how many
 * @param usual how many there are unless told otherwise
 */
record Seeds(String property, int usual) {
  /**
   * Runs a test with each seed.
   *
   * @throws AssertionError when one fails; the message says how to run it alone
   */
  void forEach(LongConsumer test) {
    Long one = Long.getLong(property);
    int minutes = Integer.getInteger("millrace.minutes", 0);
    if (one != null) {
      run(one, test);
    } else if (minutes > 0) {
      runFor(Duration.ofMinutes(minutes), test);
    } else {
      int seeds = Integer.getInteger(property + "s", usual);
      for (long seed = 1; seed <= seeds; seed++) {
        run(seed, test);
      }
    }
  }

  private void runFor(Duration duration, LongConsumer test) {
    long startNs = System.nanoTime();
    long firstSeed = System.currentTimeMillis() << 20;
    System.out.printf("seeds from %d on, for %s%n", firstSeed, duration);
    for (long seed = firstSeed; System.nanoTime() - startNs < duration.toNanos(); seed++) {
      run(seed, test);
    }
  }

  private void run(long seed, LongConsumer test) {
    try {
      test.accept(seed);
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          "seed %d (run it alone with -D%s=%d): %s".formatted(seed, property, seed, e.getMessage()),
          e);
    }
  }
}
