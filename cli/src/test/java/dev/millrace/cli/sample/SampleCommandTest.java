package dev.millrace.cli.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.CliRun;
import dev.millrace.examples.samples.Sample;
import org.junit.jupiter.api.Test;

class SampleCommandTest {
  @Test
  void withoutANameAllSamplesAreListed() {
    CliRun run = CliRun.of("sample");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out().lines())
        .hasSameSizeAs(Sample.all())
        .anySatisfy(line -> assertThat(line).startsWith("high-throughput "));
  }

  @Test
  void aNameThatIsNoneIsRefusedWithThoseThatAre() {
    CliRun run = CliRun.of("sample", "low-throughput");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .contains("sample 'low-throughput': must be one of high-throughput, parallel-processing");
  }

  @Test
  void aRunOfNoWorkflowsIsRefused() {
    CliRun run = CliRun.of("sample", "high-throughput", "--workflows", "0");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("--workflows 0: must be 1 to 1000000");
  }
}
