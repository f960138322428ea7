package dev.millrace.perf.jmh;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Time to resolve a whole DAG: its start and all its completions, one by one. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DagResolutionBenchmark {
  @Param({"CHAIN", "LAYERED", "WIDE"})
  public DagResolution.Shape shape = DagResolution.Shape.CHAIN;

  @Param({"10", "100", "1000", "10000"})
  public int steps;

  /** Start-to-close timeout of each step in seconds; 0 for none. */
  @Param({"0", "60"})
  public int timeoutSeconds;

  /** Whether each input reads the record from its bytes and writes it back, as in the engine. */
  @Param({"true", "false"})
  public boolean rereading;

  private DagResolution resolution =
      new DagResolution(DagResolution.Shape.CHAIN, 1, Duration.ZERO, true);

  @Setup
  public void compile() {
    resolution = new DagResolution(shape, steps, Duration.ofSeconds(timeoutSeconds), rereading);
  }

  @Benchmark
  public long wholeDag() {
    return resolution.run();
  }
}
