package dev.millrace.perf.report;

import java.util.List;

/**
 * What a step of a wide workflow costs a system, against one of a narrow workflow of the same
 * shape. 1 means that the cost of a step does not grow with the workflow.
 *
 * @param system which system
 * @param cpuRatio processor time a step in {@value #WIDE} over that in {@value #NARROW}
 */
public record Growth(String system, double cpuRatio) {
  static final String WIDE = "wide-1000";
  static final String NARROW = "diamond-16";

  /** The growth of each system that has run both. */
  static List<Growth> of(List<Summary> summaries) {
    return summaries.stream()
        .filter(wide -> wide.subject().workload().equals(WIDE))
        .flatMap(
            wide ->
                summaries.stream()
                    .filter(narrow -> narrow.subject().workload().equals(NARROW))
                    .filter(narrow -> narrow.subject().system().equals(wide.subject().system()))
                    .map(narrow -> between(wide, narrow)))
        .toList();
  }

  private static Growth between(Summary wide, Summary narrow) {
    return new Growth(
        wide.subject().system(),
        wide.figures().cpuMicrosPerStep() / narrow.figures().cpuMicrosPerStep());
  }
}
