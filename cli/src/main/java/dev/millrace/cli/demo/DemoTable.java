package dev.millrace.cli.demo;

import dev.millrace.cli.run.Hops;
import dev.millrace.examples.earthquakes.AlertDecision;
import dev.millrace.examples.earthquakes.QuakeRecord;
import dev.millrace.examples.earthquakes.QuakeSteps;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Prints what came of a demo. */
final class DemoTable {
  private static final int STRONGEST = 5;

  private final DemoReport report;
  private final PrintWriter out;

  DemoTable(DemoReport report, PrintWriter out) {
    this.report = report;
    this.out = out;
  }

  void print() {
    row("workflows", outcomes());
    row(
        "steps",
        "%,d succeeded in %,d attempts, %,d of them retries"
            .formatted(report.steps(), report.attempts(), report.retries()));
    row("failures", failures());
    double seconds = report.busy().toMillis() / 1e3;
    row(
        "speed",
        "%,.0f steps/s (%,d steps in %.1f s, all workflows at once); first step after %.1f s"
            .formatted(
                seconds == 0 ? 0 : report.busySteps() / seconds,
                report.busySteps(),
                seconds,
                report.firstStep().toMillis() / 1e3));
    row("hop", "from the return of a handler to the call of the next step's handler:");
    row("", hop(report.alone(), "with one workflow at a time"));
    row("", hop(report.together(), "with all at once"));
    row("alerts", alerts());
    row("strongest", "");
    strongest().forEach(this::quake);
    row("results", shown(report.file()));
    out.flush();
  }

  private void row(String name, String value) {
    out.println("%-11s %s".formatted(name, value).stripTrailing());
  }

  private String outcomes() {
    Map<String, Long> byOutcome =
        report.results().stream()
            .collect(
                Collectors.groupingBy(QuakeResult::outcome, TreeMap::new, Collectors.counting()));
    return Stream.concat(
            Stream.of("%,d asked for".formatted(report.expected())),
            byOutcome.entrySet().stream()
                .map(outcome -> "%,d %s".formatted(outcome.getValue(), outcome.getKey())))
        .collect(Collectors.joining(", "));
  }

  private String failures() {
    return report.failures().isEmpty()
        ? "none"
        : report.failures().entrySet().stream()
            .map(failure -> "%,d %s".formatted(failure.getValue(), origin(failure.getKey())))
            .collect(Collectors.joining(", "));
  }

  private static String origin(String failureType) {
    return failureType.equals(QuakeSteps.GAZETTEER_BUSY)
        ? failureType + " (thrown on purpose by the example)"
        : failureType;
  }

  private static String hop(Hops hops, String when) {
    return hops.count() == 0
        ? "none " + when
        : "p50 %,d ms, p99 %,d ms %s".formatted(hops.percentile(50), hops.percentile(99), when);
  }

  private String alerts() {
    List<AlertDecision> alerted =
        report.results().stream()
            .map(QuakeResult::alert)
            .flatMap(Stream::ofNullable)
            .filter(AlertDecision::alerted)
            .toList();
    long significant =
        alerted.stream().filter(alert -> alert.reason().startsWith("significance")).count();
    return "%,d: %,d for their significance, %,d for the feed's alert level"
        .formatted(alerted.size(), significant, alerted.size() - significant);
  }

  private List<QuakeRecord> strongest() {
    return report.results().stream()
        .map(QuakeResult::quake)
        .flatMap(Stream::ofNullable)
        .sorted(Comparator.comparingDouble(DemoTable::energy).reversed())
        .limit(STRONGEST)
        .toList();
  }

  private static double energy(QuakeRecord quake) {
    return Optional.ofNullable(quake.energyJoules()).orElse(0.0);
  }

  private void quake(QuakeRecord quake) {
    out.println(
        "  %.1e J  M %.1f  %-12s %3.0f km  %s"
            .formatted(
                energy(quake),
                quake.magnitude(),
                quake.depthClass().name().toLowerCase(Locale.ROOT),
                quake.depthKm(),
                quake.place()));
  }

  /** Relative to where the user is, if it is below. */
  private static String shown(Path file) {
    Path here = Path.of("").toAbsolutePath();
    Path absolute = file.toAbsolutePath().normalize();
    return (absolute.startsWith(here) ? here.relativize(absolute) : absolute).toString();
  }
}
