package dev.millrace.orchestrator.definition;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The problems of one source. One thread. */
final class Problems {
  private final List<Problem> found = new ArrayList<>();

  /**
   * Adds what is noticed while reading.
   *
   * @throws SourceRefusedException when there are {@link DefinitionParser#PROBLEMS}
   */
  void add(String code, Position position, String path, String message)
      throws SourceRefusedException {
    add(error(code, position, path, message));
    if (found.size() == DefinitionParser.PROBLEMS) {
      throw new SourceRefusedException(
          SourceRule.TOO_MANY_PROBLEMS,
          position,
          "reading stopped after %d problems; correct those and read again"
              .formatted(DefinitionParser.PROBLEMS));
    }
  }

  void add(Problem problem) {
    found.add(problem);
  }

  static Problem error(String code, Position position, String path, String message) {
    return new Problem(
        Problem.Severity.ERROR, position.line(), position.column(), path, code, message);
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  /** Whether a problem of this value, of one that it is part of, or of a part of it is known. */
  boolean covers(String path) {
    return found.stream()
        .map(Problem::path)
        .anyMatch(known -> isWithin(path, known) || isWithin(known, path));
  }

  private static boolean isWithin(String path, String whole) {
    return !whole.isEmpty()
        && path.startsWith(whole)
        && (path.length() == whole.length() || ".[".indexOf(path.charAt(whole.length())) >= 0);
  }

  /** The problems in the order of the source. */
  List<Problem> inOrder() {
    return found.stream()
        .sorted(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column))
        .toList();
  }
}
