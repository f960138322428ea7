package dev.millrace.perf;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** What benchmarks in a model ask for: where their plots go, and which chance. */
final class PlotOptions {
  @Option(
      names = "--folder",
      paramLabel = "DIR",
      defaultValue = ".",
      description = "Where the files go.")
  private Path folder = Path.of(".");

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of chance.")
  private long seed;

  Path folder() {
    return folder;
  }

  long seed() {
    return seed;
  }
}
