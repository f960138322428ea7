package dev.millrace.cli.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.dev.LocalEngine;
import dev.millrace.cli.run.PrivateServer;
import dev.millrace.examples.samples.Sample;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Each sample on a real broker, with fewer workflows than a run of the command has. */
class SampleRunTest {
  @SuppressWarnings("NullAway.Init") // set before all tests
  private static PrivateServer server;

  @BeforeAll
  static void startServer() {
    server = PrivateServer.start(LocalEngine::start, Optional.empty(), Sample.QUEUE);
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  private static SampleReport run(String name, int workflows) {
    Sample sample =
        Sample.all().stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
    PrintWriter out = new PrintWriter(new StringWriter());
    return new SampleRun(server.connection(), sample, workflows, out).run();
  }

  @Test
  void highThroughputTakesThreeCommandsAnOrder() {
    SampleReport report = run("high-throughput", 500);

    assertThat(report.isRight()).as(report.toString()).isTrue();
    assertThat(report.commands()).isEqualTo(3 * 500);
    assertThat(report.steps()).isEqualTo(3 * 500);
  }

  @Test
  void parallelProcessingSendsItsRangesInBatches() {
    SampleReport report = run("parallel-processing", 1);

    assertThat(report.isRight()).as(report.toString()).isTrue();
    assertThat(report.commands()).isEqualTo(3 + 500 / 5);
  }

  @Test
  void cacheOptimizedAsksWorkersForFewOfItsTiles() {
    int tiles = 64;
    int partitions = 4;
    int requests = 600;

    SampleReport report = run("cache-optimized", requests);

    assertThat(report.isRight()).as(report.toString()).isTrue();
    assertThat(report.commands() + report.cached()).isEqualTo(requests);
    // Those that are asked for while another is being drawn run as well: at most so many at once.
    assertThat(report.commands()).isBetween(1, tiles * partitions + 16);
    assertThat(report.cached()).isPositive();
  }

  @Test
  void ingestionPipelineRejectsTheBrokenRowsAndLoadsTheRest() {
    SampleReport report = run("ingestion-pipeline", 4);

    assertThat(report.isRight()).as(report.toString()).isTrue();
    assertThat(report.commands()).isEqualTo(4 * (1 + 500 / 50 + 3));
  }
}
