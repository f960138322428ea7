package dev.millrace.perf;

import static java.util.Objects.requireNonNull;

import dev.millrace.orchestrator.config.Guarantee;
import dev.millrace.perf.limit.LimitLoop;
import dev.millrace.perf.millrace.Millrace;
import dev.millrace.perf.process.JvmFlags;
import dev.millrace.perf.process.Role;
import dev.millrace.perf.report.BenchReport;
import dev.millrace.perf.report.MachineDescription;
import dev.millrace.perf.report.RunResult;
import dev.millrace.perf.run.BenchRun;
import dev.millrace.perf.run.Laboratory;
import dev.millrace.perf.run.SystemUnderTest;
import dev.millrace.perf.workload.RunPlan;
import dev.millrace.perf.workload.Workload;
import dev.millrace.worker.Profile;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The benchmark as a command: runs each system on each workload, in turn, and reports. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description =
        "Measures workloads on Millrace and on the limit loop, each process in a JVM of its own.")
public final class Bench implements Callable<Integer> {
  private static final Map<String, SystemUnderTest> SYSTEMS =
      List.of(new LimitLoop(), new Millrace()).stream()
          .collect(
              Collectors.toMap(
                  SystemUnderTest::name, Function.identity(), (a, b) -> a, LinkedHashMap::new));

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--workload",
      split = ",",
      paramLabel = "NAME",
      defaultValue = "linear-10,diamond-16,chain-latency,wide-1000",
      description = "Workloads, in order.")
  private List<String> workloads = List.of();

  @Option(
      names = "--system",
      split = ",",
      paramLabel = "NAME",
      defaultValue = "limit-loop,millrace",
      description = "Systems, which take turns; a workload that one cannot run is left out.")
  private List<String> systems = List.of();

  @Option(
      names = "--in-flight",
      split = ",",
      paramLabel = "N",
      description = "Workflows kept running; instead of each workload's own numbers.")
  private List<Integer> inFlight = List.of();

  @Option(names = "--repeats", paramLabel = "N", defaultValue = "3", description = "Runs of each.")
  private int repeats;

  @Option(names = "--quick", description = "Short runs, for a first look only.")
  private boolean isQuick;

  @Option(
      names = "--guarantee",
      defaultValue = "at-least-once",
      converter = GuaranteeConverter.class,
      description = "Of the engine, at-least-once or exactly-once; the limit loop has none.")
  private Guarantee guarantee = Guarantee.AT_LEAST_ONCE;

  @Option(
      names = "--profile",
      defaultValue = "latency",
      description = "Client settings: ${COMPLETION-CANDIDATES}.")
  private Profile profile = Profile.LATENCY;

  @Option(
      names = "--fsync",
      description = "The broker flushes every record to disk before it acknowledges.")
  private boolean isFsync;

  @Option(names = "--partitions", paramLabel = "N", defaultValue = "4", description = "Per topic.")
  private int partitions;

  @Option(
      names = "--engine-threads",
      paramLabel = "N",
      defaultValue = "2",
      description = "Of Millrace's engine and of the limit loop's; at most one a partition.")
  private int engineThreads;

  @Option(
      names = "--window",
      paramLabel = "N",
      defaultValue = "" + RunPlan.WINDOW,
      description =
          "Most attempts of a queue that Millrace's engine has open in each partition; others"
              + " wait.")
  private int window;

  @Option(
      names = "--worker-threads",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "That poll, of the limit loop's worker; Millrace's has one, and a virtual one a step.")
  private int workerThreads;

  @Option(
      names = "--source",
      defaultValue = "consumer",
      description = "Group that Millrace's workers are in: ${COMPLETION-CANDIDATES}.")
  private WorkerSource source = WorkerSource.CONSUMER;

  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of Millrace, all in one process.")
  private int workers;

  @Option(
      names = "--slots",
      paramLabel = "N",
      defaultValue = "0",
      description = "Of each of Millrace's workers; 0 for as many as the profile has.")
  private int slots;

  @Option(
      names = "--gc",
      defaultValue = "G1",
      description = "Collector of every process: ${COMPLETION-CANDIDATES}.")
  private JvmFlags.Gc gc = JvmFlags.Gc.G1;

  @Option(
      names = "--jvm",
      paramLabel = "ROLE=FLAGS",
      description = "Further JVM flags of a role: ${COMPLETION-CANDIDATES}.")
  private Map<Role, String> jvm = Map.of();

  @Mixin private RunFiles files = new RunFiles("bench.json");

  public static void main(String[] args) {
    // For this process only; the others choose for themselves. Before the first logger is made.
    System.setProperty("logback.configurationFile", "dev/millrace/perf/logback-process.xml");
    System.exit(commandLine().execute(args));
  }

  /** The command, to be run or to be made a subcommand. */
  public static CommandLine commandLine() {
    return new CommandLine(new Bench())
        .addSubcommand(new TimerBench())
        .addSubcommand(new WindowBench())
        .addSubcommand(new EventBench())
        .addSubcommand(new ScalingBench())
        .addSubcommand(new ScalingModelBench())
        .setCaseInsensitiveEnumValuesAllowed(true);
  }

  @Override
  public Integer call() throws Exception {
    PrintWriter console = requireNonNull(spec, "injected").commandLine().getOut();
    MachineDescription machine = MachineDescription.read();
    console.println(machine);
    Laboratory laboratory =
        new Laboratory(
            new JvmFlags(gc, flags()),
            files.folder(),
            isFsync ? Map.of("log.flush.interval.messages", "1") : Map.of());
    List<RunResult> runs = new ArrayList<>();
    for (String name : workloads) {
      Workload workload = Workload.named(name);
      for (int number : inFlight.isEmpty() ? workload.inFlight() : inFlight) {
        for (int repeat = 1; repeat <= repeats; repeat++) {
          for (SystemUnderTest system : systems()) {
            if (system.supports(workload)) {
              RunResult run =
                  new BenchRun(laboratory, system, workload).run(plan(workload, number), repeat);
              runs.add(run);
              console.println(run);
              console.flush();
            }
          }
        }
      }
    }
    BenchReport report = BenchReport.of(machine, settings(), runs, LimitLoop.NAME);
    report.write(files.out());
    console.println(report.table());
    console.println("Written to " + files.out().toAbsolutePath());
    console.flush();
    return 0;
  }

  private List<SystemUnderTest> systems() {
    return systems.stream()
        .map(
            name -> {
              SystemUnderTest system = SYSTEMS.get(name);
              if (system == null) {
                throw new IllegalArgumentException(
                    "system '%s': must be one of %s".formatted(name, SYSTEMS.keySet()));
              }
              return system;
            })
        .toList();
  }

  private RunPlan plan(Workload workload, int number) {
    return new RunPlan(
        RunPlan.Installation.NONE,
        workload.name(),
        number,
        workload.extent(isQuick),
        profile,
        guarantee,
        partitions,
        engineThreads,
        window,
        workerThreads,
        new RunPlan.Workers(workers, slots, source == WorkerSource.SHARE));
  }

  private Map<Role, List<String>> flags() {
    return jvm.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey, flags -> Arrays.asList(flags.getValue().split("\\s+"))));
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("guarantee", guarantee.configValue());
    settings.put("profile", profile.name().toLowerCase(Locale.ROOT));
    settings.put("fsync", Boolean.toString(isFsync));
    settings.put("quick", Boolean.toString(isQuick));
    settings.put("partitions", Integer.toString(partitions));
    settings.put("engine-threads", Integer.toString(engineThreads));
    settings.put("window", Integer.toString(window));
    settings.put("worker-threads", Integer.toString(workerThreads));
    settings.put("source", source.name().toLowerCase(Locale.ROOT));
    settings.put("workers", Integer.toString(workers));
    settings.put("slots", Integer.toString(slots));
    settings.put("gc", gc.name());
    return settings;
  }

  private enum WorkerSource {
    CONSUMER,
    SHARE
  }

  private static final class GuaranteeConverter implements CommandLine.ITypeConverter<Guarantee> {
    @Override
    public Guarantee convert(String value) {
      return Guarantee.of(value);
    }
  }
}
