package dev.millrace.perf.report;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A whole benchmark.
 *
 * @param machine where it ran
 * @param settings what was the same for every run, by option name
 * @param summaries medians by subject
 * @param growth what a step costs in a wide workflow against a narrow one, where both have run
 * @param runs each run, in the order in which they ran
 */
public record BenchReport(
    MachineDescription machine,
    Map<String, String> settings,
    List<Summary> summaries,
    List<Growth> growth,
    List<RunResult> runs) {

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  /**
   * The report of some runs.
   *
   * @param referenceSystem name of the system that the others are compared with
   */
  public static BenchReport of(
      MachineDescription machine,
      Map<String, String> settings,
      List<RunResult> runs,
      String referenceSystem) {
    List<Summary> summaries = Summary.of(runs, referenceSystem);
    return new BenchReport(machine, settings, summaries, Growth.of(summaries), List.copyOf(runs));
  }

  /** Writes the report as JSON; the names are those of the records. */
  public void write(Path file) {
    JSON.writeValue(file.toFile(), this);
  }

  /** The report as a table for people. */
  public String table() {
    return ReportTable.of(this);
  }
}
