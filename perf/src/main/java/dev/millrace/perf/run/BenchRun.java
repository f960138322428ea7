package dev.millrace.perf.run;

import dev.millrace.kafka.BrokerProcess;
import dev.millrace.perf.load.LoadGenerator;
import dev.millrace.perf.load.LoadResult;
import dev.millrace.perf.process.BenchProcess;
import dev.millrace.perf.process.ProcessSpec;
import dev.millrace.perf.process.Role;
import dev.millrace.perf.report.Figures;
import dev.millrace.perf.report.ProcessUse;
import dev.millrace.perf.report.RunResult;
import dev.millrace.perf.workload.RunPlan;
import dev.millrace.perf.workload.Workload;
import dev.millrace.schemas.registry.BuiltInRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;

/**
 * One run of one workload on one system, with a broker, processes and a folder of its own. Nothing
 * of it is left afterwards. Not thread-safe.
 */
public final class BenchRun {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration RUN_LIMIT = Duration.ofMinutes(15);

  private final Laboratory laboratory;
  private final SystemUnderTest system;
  private final Workload workload;
  private final Deque<BenchProcess> processes = new ArrayDeque<>();

  public BenchRun(Laboratory laboratory, SystemUnderTest system, Workload workload) {
    this.laboratory = laboratory;
    this.system = system;
    this.workload = workload;
  }

  /**
   * Runs it.
   *
   * @param plan the plan, without a broker
   * @param repeat number of the run, from 1
   * @throws IllegalStateException when a process fails or takes too long; the message says which
   */
  public RunResult run(RunPlan plan, int repeat)
      throws IOException, InterruptedException, ExecutionException {
    Path folder = Files.createTempDirectory(laboratory.folder(), "millrace-bench-");
    try (BuiltInRegistry registry = BuiltInRegistry.inMemory(0)) {
      BenchProcess broker = start(broker(folder), folder);
      String address = broker.awaitReady(START_LIMIT).substring(BrokerProcess.READY.length());
      return runOn(plan.on(new RunPlan.Installation(address, registry.url())), folder, repeat);
    } finally {
      processes.forEach(BenchProcess::close);
      processes.clear();
      delete(folder);
    }
  }

  private RunResult runOn(RunPlan plan, Path folder, int repeat)
      throws IOException, InterruptedException, ExecutionException {
    Path planFile = folder.resolve("plan.json");
    plan.write(planFile);
    try (Admin admin = Admin.create(adminConfig(plan))) {
      Contract.install(admin, plan, workload);
      for (ProcessSpec spec : system.processes(plan, planFile, folder)) {
        start(spec, folder).awaitReady(START_LIMIT);
      }
      Path resultFile = folder.resolve("load.json");
      BenchProcess load = start(load(planFile, resultFile), folder);
      load.awaitSignal(LoadGenerator.WINDOW_OPEN, RUN_LIMIT);
      Reading opened = read(admin);
      load.awaitSignal(LoadGenerator.WINDOW_CLOSED, RUN_LIMIT);
      Reading closed = read(admin);
      load.awaitSignal(LoadGenerator.RESULT_WRITTEN, START_LIMIT);
      return result(plan, repeat, LoadResult.read(resultFile), opened, closed);
    }
  }

  private BenchProcess start(ProcessSpec spec, Path folder) throws IOException {
    BenchProcess process = BenchProcess.start(spec, laboratory.jvm().of(spec.role()), folder);
    processes.addFirst(process);
    return process;
  }

  private ProcessSpec broker(Path folder) {
    return new ProcessSpec(
        Role.BROKER,
        BrokerProcess.class.getName(),
        laboratory.brokerArguments(folder.resolve("broker")),
        List.of(BrokerProcess.READY));
  }

  private static ProcessSpec load(Path planFile, Path resultFile) {
    return new ProcessSpec(
        Role.LOAD,
        LoadGenerator.class.getName(),
        List.of(planFile.toString(), resultFile.toString()),
        List.of(
            LoadGenerator.WINDOW_OPEN, LoadGenerator.WINDOW_CLOSED, LoadGenerator.RESULT_WRITTEN));
  }

  private static Map<String, Object> adminConfig(RunPlan plan) {
    return Map.of(
        CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, plan.installation().bootstrapServers());
  }

  private Reading read(Admin admin) throws InterruptedException, ExecutionException {
    Map<BenchProcess, Duration> cpu = new LinkedHashMap<>();
    processes.descendingIterator().forEachRemaining(process -> cpu.put(process, process.cpu()));
    return new Reading(cpu, TopicSizes.read(admin));
  }

  private RunResult result(
      RunPlan plan, int repeat, LoadResult load, Reading opened, Reading closed) {
    long steps = load.workflows() * workload.steps();
    Map<String, ProcessUse> uses = new LinkedHashMap<>();
    double cpuMicros = 0;
    for (Map.Entry<BenchProcess, Duration> end : closed.cpu().entrySet()) {
      BenchProcess process = end.getKey();
      Duration used = end.getValue().minus(opened.cpu().get(process));
      double micros = used.toNanos() / 1e3 / steps;
      cpuMicros += process.role() == Role.LOAD ? 0 : micros;
      uses.put(
          process.role().label(),
          new ProcessUse(micros, process.peakRssBytes() / (1024.0 * 1024.0)));
    }
    return new RunResult(
        new RunResult.Subject(workload.name(), plan.inFlight(), system.name()),
        repeat,
        load.seconds(),
        load.workflows(),
        steps,
        new Figures(
            steps / load.seconds(),
            cpuMicros,
            load.p50Ms(),
            load.p99Ms(),
            load.p50Ms() / workload.depth(),
            load.p99Ms() / workload.depth()),
        uses,
        TopicSizes.growthPerStep(opened.logBytes(), closed.logBytes(), steps));
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private record Reading(Map<BenchProcess, Duration> cpu, Map<String, Long> logBytes) {}
}
