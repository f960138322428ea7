package dev.millrace.perf;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class RunFilesTest {
  @Command
  private static final class Benchmark {
    @Mixin private RunFiles files = new RunFiles("report.json");
  }

  @Test
  void filesAreWhereItIsSaidOrWhereTheyUsuallyAre() {
    Benchmark benchmark = new Benchmark();
    CommandLine line = new CommandLine(benchmark);

    line.parseArgs("--folder", "data", "--out", "mine.json");
    assertThat(benchmark.files.folder()).hasToString("data");
    assertThat(benchmark.files.out()).hasToString("mine.json");
    line.parseArgs();
    assertThat(benchmark.files.folder()).hasToString(System.getProperty("java.io.tmpdir"));
    assertThat(benchmark.files.out()).hasToString("report.json");
  }

  @Test
  void eachBenchmarkHasAReportOfItsOwn() {
    CommandLine bench = Bench.commandLine();
    CommandLine timers = requireNonNull(bench.getSubcommands().get("timers"), "there is one");

    assertThat(bench.getUsageMessage())
        .containsPattern("--out=FILE\\s+The report\\.\\s+Default: bench\\.json");
    assertThat(timers.getUsageMessage())
        .containsPattern("--out=FILE\\s+The report\\.\\s+Default: timers\\.json");
  }
}
