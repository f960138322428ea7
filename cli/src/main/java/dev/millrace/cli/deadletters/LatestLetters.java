package dev.millrace.cli.deadletters;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The latest of the letters that it is given, whatever their order. Not thread-safe. */
final class LatestLetters {
  private static final Comparator<LetterLine> OLDEST_FIRST =
      Comparator.comparing(LetterLine::at)
          .thenComparingInt(line -> line.id().partition())
          .thenComparingLong(line -> line.id().offset());

  private final int limit;
  private final PriorityQueue<LetterLine> latest = new PriorityQueue<>(OLDEST_FIRST);
  private long older;

  LatestLetters(int limit) {
    this.limit = limit;
  }

  void add(LetterLine line) {
    latest.add(line);
    if (latest.size() > limit) {
      latest.remove();
      older++;
    }
  }

  /** The latest, oldest of them first. */
  List<LetterLine> lines() {
    return latest.stream().sorted(OLDEST_FIRST).toList();
  }

  /** How many more there were. */
  long older() {
    return older;
  }
}
