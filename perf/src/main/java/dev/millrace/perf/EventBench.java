package dev.millrace.perf;

import static java.util.Objects.requireNonNull;

import dev.millrace.orchestrator.config.Guarantee;
import dev.millrace.perf.process.JvmFlags;
import dev.millrace.perf.report.EventFigures;
import dev.millrace.perf.report.EventReport;
import dev.millrace.perf.report.MachineDescription;
import dev.millrace.perf.run.EventRun;
import dev.millrace.perf.run.Laboratory;
import dev.millrace.perf.workload.Extent;
import dev.millrace.perf.workload.RunPlan;
import dev.millrace.worker.Profile;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures the publisher of events. */
@Command(
    name = "events",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = {
      "Publishes events to a broker at full load, at a pace that a reader follows, and with one"
          + " duplicate in ten; then starts workflows, one in ten twice, while the engine is"
          + " killed.",
      "The exit code is 0 only if every duplicate was dropped and nothing was lost."
    })
public final class EventBench implements Callable<Integer> {
  private static final int PARTITIONS = 4;
  private static final int ENGINE_THREADS = 2;
  private static final int QUICK = 20;
  private static final int QUICK_SECONDS = 3;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--events",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "At full load, and as many with duplicates among them.")
  private int events;

  @Option(names = "--bytes", paramLabel = "N", defaultValue = "200", description = "Of an event.")
  private int bytes;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Events a second while it is measured when a reader has them.")
  private int rate;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "30",
      description = "For how long that is measured.")
  private int seconds;

  @Option(
      names = "--starts",
      paramLabel = "N",
      defaultValue = "100000",
      description = "Workflows, duplicates aside.")
  private int starts;

  @Option(names = "--repeats", paramLabel = "N", defaultValue = "3", description = "Runs.")
  private int repeats;

  @Option(names = "--quick", description = "One short run, for a first look only.")
  private boolean isQuick;

  @Mixin private RunFiles files = new RunFiles("events.json");

  @Override
  public Integer call() throws Exception {
    PrintWriter console = requireNonNull(spec, "injected").commandLine().getOut();
    MachineDescription machine = MachineDescription.read();
    console.println(machine);
    Laboratory laboratory =
        new Laboratory(new JvmFlags(JvmFlags.Gc.G1, Map.of()), files.folder(), Map.of());
    EventRun run = new EventRun(laboratory, size());
    List<EventFigures> runs = new ArrayList<>();
    for (int i = 0; i < (isQuick ? 1 : repeats); i++) {
      EventFigures figures = run.run(plan());
      runs.add(figures);
      console.println(figures);
      console.flush();
    }
    EventReport report = EventReport.of(machine, isQuick, runs);
    report.write(files.out());
    console.println("Medians: " + report.medians());
    console.println("Written to " + files.out().toAbsolutePath());
    console.flush();
    return report.medians().isExact() ? 0 : 1;
  }

  private EventRun.Size size() {
    return isQuick
        ? new EventRun.Size(events / QUICK, bytes, rate, QUICK_SECONDS, starts / QUICK)
        : new EventRun.Size(events, bytes, rate, seconds, starts);
  }

  private static RunPlan plan() {
    return new RunPlan(
        RunPlan.Installation.NONE,
        "events",
        1,
        new Extent(Extent.Unit.WORKFLOWS, 0, 1),
        Profile.LATENCY,
        Guarantee.AT_LEAST_ONCE,
        PARTITIONS,
        ENGINE_THREADS,
        RunPlan.WINDOW,
        1,
        RunPlan.Workers.ONE);
  }
}
