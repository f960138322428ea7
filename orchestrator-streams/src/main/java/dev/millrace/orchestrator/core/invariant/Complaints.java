package dev.millrace.orchestrator.core.invariant;

import java.util.ArrayList;
import java.util.List;

/** What is wrong with a log, each with the sequence number of its event. Not thread-safe. */
final class Complaints {
  private final List<String> all = new ArrayList<>(0);
  private long sequence = -1;

  /** What follows is about the event with a number, which should be the next one. */
  void next(long number) {
    long expected = sequence + 1;
    sequence = number;
    unless(number == expected, "the next sequence number is %d", expected);
  }

  @SuppressWarnings("AnnotateFormatMethod") // that annotation is no part of the JDK
  void unless(boolean holds, String message, Object... values) {
    if (!holds) {
      all.add("event %d: ".formatted(sequence) + message.formatted(values));
    }
  }

  List<String> all() {
    return List.copyOf(all);
  }
}
