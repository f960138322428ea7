package dev.millrace.perf.report;

import java.util.List;
import java.util.Map;

/**
 * What a step of a large workflow costs a system, against one of a small workflow of the same
 * shape. 1 means that the cost of a step does not grow with the workflow.
 *
 * @param system which system
 * @param large workload of the large workflows
 * @param small workload of the small ones
 * @param cpuRatio processor time a step in {@code large} over that in {@code small}
 * @param logRatio bytes written to all topics a step, likewise
 */
public record Growth(String system, String large, String small, double cpuRatio, double logRatio) {
  private static final Map<String, String> SMALL_BY_LARGE =
      Map.of("wide-1000", "diamond-16", "foreach-100000", "foreach-100");

  /** The growth of each system that has run both workloads of a pair. */
  static List<Growth> of(List<Summary> summaries) {
    return summaries.stream()
        .filter(large -> SMALL_BY_LARGE.containsKey(large.subject().workload()))
        .flatMap(
            large ->
                summaries.stream()
                    .filter(small -> isSmall(small, large))
                    .map(small -> between(large, small)))
        .toList();
  }

  private static boolean isSmall(Summary small, Summary large) {
    return small.subject().workload().equals(SMALL_BY_LARGE.get(large.subject().workload()))
        && small.subject().system().equals(large.subject().system());
  }

  private static Growth between(Summary large, Summary small) {
    return new Growth(
        large.subject().system(),
        large.subject().workload(),
        small.subject().workload(),
        large.figures().cpuMicrosPerStep() / small.figures().cpuMicrosPerStep(),
        logBytes(large) / logBytes(small));
  }

  private static double logBytes(Summary summary) {
    return summary.logBytesPerStep().values().stream().mapToDouble(Double::doubleValue).sum();
  }
}
