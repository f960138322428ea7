package dev.millrace.perf.run;

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
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;

/**
 * One run of one workload on one system, with a broker, processes and a folder of its own. Nothing
 * of it is left afterwards. Not thread-safe.
 */
public final class BenchRun {
  private static final Duration RUN_LIMIT = Duration.ofMinutes(15);

  private final Laboratory laboratory;
  private final SystemUnderTest system;
  private final Workload workload;

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
    try (Site site = new Site(laboratory);
        Admin admin = site.admin()) {
      return runOn(site, admin, plan.on(site.installation()), repeat);
    }
  }

  private RunResult runOn(Site site, Admin admin, RunPlan plan, int repeat)
      throws IOException, InterruptedException, ExecutionException {
    Path folder = site.folder();
    Path planFile = folder.resolve("plan.json");
    plan.write(planFile);
    Contract.install(admin, plan, workload.work().queue(), workload.definition());
    for (ProcessSpec spec : system.processes(plan, planFile, folder)) {
      site.start(spec).awaitReady(Site.START_LIMIT);
    }
    Path resultFile = folder.resolve("load.json");
    BenchProcess load = site.start(load(planFile, resultFile));
    load.awaitSignal(LoadGenerator.WINDOW_OPEN, RUN_LIMIT);
    Reading opened = read(site, admin);
    load.awaitSignal(LoadGenerator.WINDOW_CLOSED, RUN_LIMIT);
    Reading closed = read(site, admin);
    load.awaitSignal(LoadGenerator.RESULT_WRITTEN, Site.START_LIMIT);
    return result(plan, repeat, LoadResult.read(resultFile), opened, closed);
  }

  private static ProcessSpec load(Path planFile, Path resultFile) {
    return new ProcessSpec(
        Role.LOAD,
        LoadGenerator.class.getName(),
        List.of(planFile.toString(), resultFile.toString()),
        List.of(
            LoadGenerator.WINDOW_OPEN, LoadGenerator.WINDOW_CLOSED, LoadGenerator.RESULT_WRITTEN));
  }

  private static Reading read(Site site, Admin admin)
      throws InterruptedException, ExecutionException {
    Map<BenchProcess, Duration> cpu = new LinkedHashMap<>();
    site.processes().forEach(process -> cpu.put(process, process.cpu()));
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

  private record Reading(Map<BenchProcess, Duration> cpu, Map<String, Long> logBytes) {}
}
