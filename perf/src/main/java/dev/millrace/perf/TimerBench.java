package dev.millrace.perf;

import static java.util.Objects.requireNonNull;

import dev.millrace.orchestrator.config.Guarantee;
import dev.millrace.perf.process.JvmFlags;
import dev.millrace.perf.report.MachineDescription;
import dev.millrace.perf.report.TimerReport;
import dev.millrace.perf.run.Laboratory;
import dev.millrace.perf.run.TimerRun;
import dev.millrace.perf.workload.Extent;
import dev.millrace.perf.workload.RunPlan;
import dev.millrace.worker.Profile;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures how late timers fire. */
@Command(
    name = "timers",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = {
      "Arms many timers, one a workflow, and measures how late the engine acts on each.",
      "The exit code is 0 only if all of them fire, and none before it is due."
    })
public final class TimerBench implements Callable<Integer> {
  private static final int PARTITIONS = 4;
  private static final int ENGINE_THREADS = 2;

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--count", paramLabel = "N", defaultValue = "100000", description = "Timers.")
  private int count;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "1000",
      description = "How many are due in each second.")
  private int rate;

  @Option(
      names = "--arm",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "From the first start until the first timer is due; all must be armed by then.")
  private int armSeconds;

  @Option(
      names = "--kill",
      description = "Kill the engine when half of them have fired, and start it again.")
  private boolean kills;

  @Mixin private RunFiles files = new RunFiles("timers.json");

  @Override
  public Integer call() throws Exception {
    PrintWriter console = requireNonNull(spec, "injected").commandLine().getOut();
    MachineDescription machine = MachineDescription.read();
    console.println(machine);
    Laboratory laboratory =
        new Laboratory(new JvmFlags(JvmFlags.Gc.G1, Map.of()), files.folder(), Map.of());
    RunPlan plan =
        new RunPlan(
            RunPlan.Installation.NONE,
            "timers",
            count,
            new Extent(Extent.Unit.WORKFLOWS, 0, count),
            Profile.LATENCY,
            Guarantee.AT_LEAST_ONCE,
            PARTITIONS,
            ENGINE_THREADS,
            RunPlan.WINDOW,
            1,
            RunPlan.Workers.ONE);
    TimerReport report =
        new TimerRun(laboratory, count, rate, Duration.ofSeconds(armSeconds), kills)
            .run(plan, machine);
    report.write(files.out());
    console.println(report.line());
    console.println("Written to " + files.out().toAbsolutePath());
    console.flush();
    return report.fired() == count && report.early() == 0 ? 0 : 1;
  }
}
