package dev.millrace.perf.report;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A report as text. */
final class ReportTable {
  private static final String HEAD =
      "%-14s %9s %-12s %4s %11s %9s %9s %9s %9s %9s%n"
          .formatted(
              "workload",
              "in flight",
              "system",
              "runs",
              "steps/s",
              "CPU us/st",
              "wf p50 ms",
              "wf p99 ms",
              "hop p50",
              "hop p99");

  private ReportTable() {}

  static String of(BenchReport report) {
    StringBuilder text = new StringBuilder(HEAD);
    for (Summary summary : report.summaries()) {
      text.append(row(summary)).append(details(summary));
    }
    for (Growth growth : report.growth()) {
      text.append(
          "%s: a step in %s costs %.2f times the CPU of one in %s, and %.2f times the log bytes%n"
              .formatted(
                  growth.system(),
                  growth.large(),
                  growth.cpuRatio(),
                  growth.small(),
                  growth.logRatio()));
    }
    return text.toString();
  }

  private static String row(Summary summary) {
    String subject =
        "%-14s %,9d %-12s %4d"
            .formatted(
                summary.subject().workload(),
                summary.subject().inFlight(),
                summary.subject().system(),
                summary.repeats());
    return subject
        + figures(summary.figures(), " %,11.0f %9.1f %9.2f %9.2f %9.3f %9.3f%n")
        + ratio(summary.ratioToReference());
  }

  private static String ratio(@Nullable Figures ratio) {
    return ratio == null
        ? ""
        : "%-42s".formatted("  ratio to the limit loop")
            + figures(ratio, " %10.2fx %8.2fx %8.2fx %8.2fx %8.2fx %8.2fx%n");
  }

  private static String details(Summary summary) {
    return "  CPU us/step: %s; peak RSS MiB: %s; log B/step: %s%n"
        .formatted(
            list(summary.processes(), use -> "%.1f".formatted(use.cpuMicrosPerStep())),
            list(summary.processes(), use -> "%.0f".formatted(use.peakRssMib())),
            list(summary.logBytesPerStep(), bytes -> "%.1f".formatted(bytes)));
  }

  private static String figures(Figures figures, String format) {
    return format.formatted(
        figures.stepsPerSecond(),
        figures.cpuMicrosPerStep(),
        figures.workflowP50Ms(),
        figures.workflowP99Ms(),
        figures.hopP50Ms(),
        figures.hopP99Ms());
  }

  private static <T> String list(Map<String, T> values, Function<T, String> format) {
    return values.entrySet().stream()
        .map(value -> value.getKey() + " " + format.apply(value.getValue()))
        .collect(Collectors.joining(", "));
  }
}
