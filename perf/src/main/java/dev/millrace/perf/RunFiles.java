package dev.millrace.perf;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options that say where a benchmark keeps its data, and where it writes what it found. */
final class RunFiles {
  @Option(
      names = "--folder",
      paramLabel = "DIR",
      defaultValue = "${sys:java.io.tmpdir}",
      description = "Where the data of the runs goes; several GiB, deleted after each run.")
  private Path folder = Path.of("");

  @Option(names = "--out", paramLabel = "FILE", description = "The report.")
  private Path out;

  /**
   * The options of a benchmark.
   *
   * @param report the file that it writes if nothing is said
   */
  RunFiles(String report) {
    out = Path.of(report);
  }

  /** Where the folders of the runs are made. */
  Path folder() {
    return folder;
  }

  /** The report. */
  Path out() {
    return out;
  }
}
