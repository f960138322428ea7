package dev.millrace.worker.testing;

import java.util.Comparator;
import java.util.OptionalLong;
import java.util.PriorityQueue;

/** What the kit itself is to do at times to come, in the order of time. One thread. */
final class Agenda {
  private record Entry(long dueMs, long number, Runnable action) {}

  private final PriorityQueue<Entry> entries =
      new PriorityQueue<>(Comparator.comparingLong(Entry::dueMs).thenComparingLong(Entry::number));
  private long numbers;

  void add(long dueMs, Runnable action) {
    entries.add(new Entry(dueMs, numbers++, action));
  }

  /** Does the first thing that is due; whether there was one. */
  boolean doFirst(long nowMs) {
    Entry first = entries.peek();
    if (first == null || first.dueMs() > nowMs) {
      return false;
    }
    entries.remove();
    first.action().run();
    return true;
  }

  OptionalLong firstDueMs() {
    Entry first = entries.peek();
    return first == null ? OptionalLong.empty() : OptionalLong.of(first.dueMs());
  }
}
