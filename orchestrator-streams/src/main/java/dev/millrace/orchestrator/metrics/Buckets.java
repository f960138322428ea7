package dev.millrace.orchestrator.metrics;

import java.time.Duration;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** The bounds of the buckets of all timers: fixed, so that figures of many processes add up. */
final class Buckets {
  private static final Duration[] SHORT =
      LongStream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)
          .mapToObj(Duration::ofMillis)
          .toArray(Duration[]::new);

  private static final Duration[] LONG =
      Stream.concat(
              Stream.of(SHORT), LongStream.of(30, 300, 3_600, 86_400).mapToObj(Duration::ofSeconds))
          .toArray(Duration[]::new);

  private Buckets() {}

  /** 1 ms to 5 s. */
  static Duration[] upToSeconds() {
    return SHORT.clone();
  }

  /** The same, and up to a day for what waits for people or for other systems. */
  static Duration[] upToADay() {
    return LONG.clone();
  }
}
