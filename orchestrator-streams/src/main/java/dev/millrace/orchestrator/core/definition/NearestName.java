package dev.millrace.orchestrator.core.definition;

import java.util.Collection;
import java.util.Optional;

/** Finds the name that a mistyped one was probably meant to be. Stateless. */
public final class NearestName {
  private static final int MOST_EDITS = 2;

  private NearestName() {}

  /**
   * The candidate that is at most two edits (inserted, deleted or replaced characters) and less
   * than half of the text away; the nearest, and the first of several that are equally near.
   */
  public static Optional<String> among(Collection<String> candidates, String text) {
    if (text.length() > DefinitionLimits.NAME_CHARS) {
      return Optional.empty();
    }
    String nearest = "";
    int fewest = Math.min(MOST_EDITS, (text.length() - 1) / 2) + 1;
    for (String candidate : candidates) {
      int edits = edits(candidate, text, fewest - 1);
      if (edits < fewest) {
        fewest = edits;
        nearest = candidate;
      }
    }
    return nearest.isEmpty() ? Optional.empty() : Optional.of(nearest);
  }

  /** Edits from one text to the other, or more than {@code most} as soon as that is certain. */
  private static int edits(String a, String b, int most) {
    if (Math.abs(a.length() - b.length()) > most) {
      return most + 1;
    }
    int start = 0;
    int endA = a.length();
    int endB = b.length();
    while (start < endA && start < endB && a.charAt(start) == b.charAt(start)) {
      start++;
    }
    while (endA > start && endB > start && a.charAt(endA - 1) == b.charAt(endB - 1)) {
      endA--;
      endB--;
    }
    return levenshtein(a.substring(start, endA), b.substring(start, endB), most);
  }

  private static int levenshtein(String a, String b, int most) {
    int[] above = new int[b.length() + 1];
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      row[0] = i;
      int least = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, Math.min(above[j], row[j - 1]) + 1);
        least = Math.min(least, row[j]);
      }
      if (least > most) {
        return least;
      }
      int[] spare = above;
      above = row;
      row = spare;
    }
    return above[b.length()];
  }
}
