package dev.millrace.cli.workflow;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Rows of text, each column as wide as its widest cell. */
final class Columns {
  private Columns() {}

  /** The rows as lines; all must have as many cells as the first. */
  static List<String> aligned(List<List<String>> rows) {
    int[] widths =
        IntStream.range(0, rows.getFirst().size())
            .map(column -> rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0))
            .toArray();
    return rows.stream()
        .map(
            row ->
                IntStream.range(0, widths.length)
                    .mapToObj(column -> padded(row.get(column), widths[column]))
                    .collect(Collectors.joining("  "))
                    .stripTrailing())
        .toList();
  }

  private static String padded(String cell, int width) {
    return cell + " ".repeat(width - cell.length());
  }
}
