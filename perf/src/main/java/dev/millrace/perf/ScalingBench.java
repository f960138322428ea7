package dev.millrace.perf;

import static java.util.Objects.requireNonNull;

import dev.millrace.orchestrator.config.Guarantee;
import dev.millrace.perf.process.JvmFlags;
import dev.millrace.perf.process.Role;
import dev.millrace.perf.report.MachineDescription;
import dev.millrace.perf.run.Laboratory;
import dev.millrace.perf.run.ScalingRun;
import dev.millrace.perf.scaling.ScalingModel.Signal;
import dev.millrace.perf.scaling.ScalingPlan;
import dev.millrace.perf.scaling.ScalingPlot;
import dev.millrace.perf.scaling.ScalingPoint;
import dev.millrace.perf.scaling.ScalingReport;
import dev.millrace.perf.scaling.ScalingRules;
import dev.millrace.perf.scaling.ScalingSettings;
import dev.millrace.perf.workload.Extent;
import dev.millrace.perf.workload.RunPlan;
import dev.millrace.worker.Profile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the closed loop of an autoscaler and worker processes. */
@Command(
    name = "scaling",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = {
      "Starts and drains worker processes by KEDA's algorithm, under a load that steps from 1x to"
          + " 10x to nothing to 1x.",
      "Workers come as the manifests in deploy/k8s/components/keda say; they go sooner, as the"
          + " options say. The exit code is 0 only if every workflow succeeded and no command ran"
          + " twice."
    })
public final class ScalingBench implements Callable<Integer> {
  private static final String WORKLOAD = "pauses-100";
  private static final int ENGINE_THREADS = 2;
  private static final List<String> SMALL_WORKER = List.of("-Xmx128m", "-XX:TieredStopAtLevel=1");

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--quick", description = "About two minutes, with all intervals short.")
  private boolean isQuick;

  @Option(
      names = "--signal",
      defaultValue = "backlog",
      description = "What is looked at: ${COMPLETION-CANDIDATES}.")
  private Signal signal = Signal.BACKLOG;

  @Option(
      names = "--poll",
      paramLabel = "SECONDS",
      description = "KEDA's pollingInterval; 5, or 2 with --quick. KEDA's own default is 30.")
  private @Nullable Integer poll;

  @Option(
      names = "--sync",
      paramLabel = "SECONDS",
      description = "How often the HPA asks; 15, as Kubernetes does, or 3 with --quick.")
  private @Nullable Integer sync;

  @Option(
      names = "--cooldown",
      paramLabel = "SECONDS",
      description = "KEDA's cooldownPeriod; 60, or 8 with --quick. The manifests have 300.")
  private @Nullable Integer cooldown;

  @Option(
      names = "--stabilization",
      paramLabel = "SECONDS",
      description =
          "Before workers go, and a fifth of it between two times that some go; 60, or 10 with"
              + " --quick. The manifests have 300.")
  private @Nullable Integer stabilization;

  @Option(names = "--slots", paramLabel = "N", defaultValue = "8", description = "Of a worker.")
  private int slots;

  @Option(
      names = "--threshold",
      paramLabel = "N",
      description = "Lag or backlog for each worker; the slots of a worker if it is not given.")
  private @Nullable Integer threshold;

  @Option(names = "--most", paramLabel = "N", defaultValue = "6", description = "Most workers.")
  private int most;

  @Option(names = "--partitions", paramLabel = "N", defaultValue = "12", description = "Per topic.")
  private int partitions;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "25",
      description = "Steps a second at 1x, each of which waits for 100 ms.")
  private int rate;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description =
          "How long the load is at 10x; a third of it at 1x, and the stabilisation before. 150, or"
              + " 45 with --quick.")
  private @Nullable Integer seconds;

  @Option(names = "--plot", paramLabel = "FILE", defaultValue = "scaling.png", description = "PNG.")
  private Path plot = Path.of("scaling.png");

  @Mixin private RunFiles files = new RunFiles("scaling.json");

  @Override
  public Integer call() throws Exception {
    PrintWriter console = requireNonNull(spec, "injected").commandLine().getOut();
    MachineDescription machine = MachineDescription.read();
    console.println(machine);
    Laboratory laboratory =
        new Laboratory(
            new JvmFlags(JvmFlags.Gc.SERIAL, Map.of(Role.WORKER, SMALL_WORKER)),
            files.folder(),
            Map.of());
    ScalingReport report =
        new ScalingRun(laboratory, plan(), point -> print(console, point)).run(run(), machine);
    report.write(files.out());
    ScalingPlot.write("Closed loop", report.points(), plot);
    console.println(report.text());
    console.println("Written to " + files.out().toAbsolutePath() + " and " + plot.toAbsolutePath());
    console.flush();
    return report.verdict().isClean() ? 0 : 1;
  }

  private static void print(PrintWriter console, ScalingPoint point) {
    console.printf(
        "%6.1f s  load %5.0f/s  workers %2d wanted %2d at work  lag %6d  held %6d  oldest %6d ms%n",
        point.seconds(),
        point.perSecond(),
        point.wanted(),
        point.ready(),
        point.lag(),
        point.held(),
        point.oldestMs());
    console.flush();
  }

  private int value(@Nullable Integer given, int usual, int quick) {
    return given != null ? given : isQuick ? quick : usual;
  }

  private ScalingPlan plan() {
    Duration calm = Duration.ofSeconds(value(stabilization, 60, 10));
    int idle = value(cooldown, 60, 8);
    int much = value(seconds, 150, 45);
    int each = threshold == null ? slots : threshold;
    ScalingSettings deployed =
        signal == Signal.LAG ? ScalingSettings.ofLag() : ScalingSettings.ofBacklog();
    ScalingSettings settings =
        deployed
            .upTo(most)
            .with(
                new ScalingSettings.Trigger(
                    each,
                    deployed.trigger().activation(),
                    signal == Signal.LAG ? partitions : 0,
                    false))
            .with(
                new ScalingSettings.Times(
                    Duration.ofSeconds(value(poll, 5, 2)),
                    Duration.ofSeconds(idle),
                    Duration.ofSeconds(value(sync, 15, 3))))
            .withDown(
                new ScalingRules(
                    calm,
                    deployed.down().policies().stream()
                        .map(
                            policy ->
                                new ScalingRules.Policy(
                                    policy.kind(), policy.value(), calm.dividedBy(5)))
                        .toList()));
    return ScalingPlan.step(
        settings,
        signal,
        rate,
        much / 3 + (int) calm.toSeconds(),
        much,
        idle + 2 * (int) calm.toSeconds() + much);
  }

  private RunPlan run() {
    return new RunPlan(
        RunPlan.Installation.NONE,
        WORKLOAD,
        1,
        new Extent(Extent.Unit.SECONDS, 0, 1),
        Profile.LATENCY,
        Guarantee.AT_LEAST_ONCE,
        partitions,
        ENGINE_THREADS,
        RunPlan.WINDOW,
        1,
        new RunPlan.Workers(1, slots, false));
  }
}
