package dev.millrace.perf.report;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The headline figures of a run, of several runs (medians), or of one against another (ratios).
 *
 * @param stepsPerSecond steps a second
 * @param cpuMicrosPerStep CPU of all processes but the load generator, in microseconds a step
 * @param workflowP50Ms median time of a workflow
 * @param workflowP99Ms 99th percentile of the same
 * @param hopP50Ms median time of a workflow divided by the steps on its longest path
 * @param hopP99Ms 99th percentile of it divided likewise
 */
public record Figures(
    double stepsPerSecond,
    double cpuMicrosPerStep,
    double workflowP50Ms,
    double workflowP99Ms,
    double hopP50Ms,
    double hopP99Ms) {

  /** The median of each figure by itself. */
  static Figures median(List<Figures> all) {
    return new Figures(
        median(all, Figures::stepsPerSecond),
        median(all, Figures::cpuMicrosPerStep),
        median(all, Figures::workflowP50Ms),
        median(all, Figures::workflowP99Ms),
        median(all, Figures::hopP50Ms),
        median(all, Figures::hopP99Ms));
  }

  /** These figures divided by others, one by one. */
  Figures ratioTo(Figures other) {
    return new Figures(
        stepsPerSecond / other.stepsPerSecond,
        cpuMicrosPerStep / other.cpuMicrosPerStep,
        workflowP50Ms / other.workflowP50Ms,
        workflowP99Ms / other.workflowP99Ms,
        hopP50Ms / other.hopP50Ms,
        hopP99Ms / other.hopP99Ms);
  }

  /** The median of one figure; of an even number of them the mean of the middle two. */
  static <T> double median(List<T> all, ToDoubleFunction<T> figure) {
    double[] sorted = all.stream().mapToDouble(figure).sorted().toArray();
    int upper = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[upper] : (sorted[upper - 1] + sorted[upper]) / 2;
  }
}
