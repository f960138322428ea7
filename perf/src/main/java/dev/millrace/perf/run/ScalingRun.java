package dev.millrace.perf.run;

import dev.millrace.perf.load.OnceLedger;
import dev.millrace.perf.load.PacedStarts;
import dev.millrace.perf.millrace.Millrace;
import dev.millrace.perf.process.ProcessSpec;
import dev.millrace.perf.report.MachineDescription;
import dev.millrace.perf.scaling.Autoscaler;
import dev.millrace.perf.scaling.ScalingCourse;
import dev.millrace.perf.scaling.ScalingPlan;
import dev.millrace.perf.scaling.ScalingPoint;
import dev.millrace.perf.scaling.ScalingReport;
import dev.millrace.perf.scaling.ScalingVerdict;
import dev.millrace.perf.workload.RunPlan;
import dev.millrace.perf.workload.Workload;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;

/**
 * The closed loop for real: an {@link Autoscaler} that starts and drains worker processes under a
 * load in phases, and a check that each workflow succeeded and each command was run once. Nothing
 * is left of it. Not thread-safe.
 */
public final class ScalingRun {
  /** What comes in so many seconds may be on its way when a backlog is at its target. */
  public static final double ALLOWED_SECONDS = 2;

  private static final Duration TURN = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final double SECOND_MS = 1_000;

  private final Laboratory laboratory;
  private final ScalingPlan plan;
  private final Consumer<ScalingPoint> watcher;
  private final List<ScalingPoint> points = new ArrayList<>();
  private final Map<String, Long> beganMs = new LinkedHashMap<>();
  private long startedMs;

  /**
   * A run, not begun.
   *
   * @param watcher is told each point as it is taken
   */
  public ScalingRun(Laboratory laboratory, ScalingPlan plan, Consumer<ScalingPoint> watcher) {
    this.laboratory = laboratory;
    this.plan = plan;
    this.watcher = watcher;
  }

  /**
   * Runs it.
   *
   * @param offered the plan of the processes, without a broker; its workload has one step
   * @throws IllegalStateException when broker or engine fail
   */
  public ScalingReport run(RunPlan offered, MachineDescription machine)
      throws IOException, InterruptedException, ExecutionException, MalformedRecordException {
    try (Site site = new Site(laboratory);
        Admin admin = site.admin()) {
      RunPlan on = offered.on(site.installation());
      Path planFile = site.folder().resolve("plan.json");
      on.write(planFile);
      Contract.install(admin, on, Workload.QUEUE, Workload.named(on.workload()).definition());
      ProcessSpec engine = new Millrace().processes(on, planFile, site.folder()).getFirst();
      String ready = site.start(engine).awaitReady(Site.START_LIMIT);
      int port = Integer.parseInt(ready.replaceAll("\\D", ""));
      try (Fleet fleet = new Fleet(site, planFile);
          QueueWatch watch = new QueueWatch(admin, port, Workload.QUEUE, on.partitions())) {
        long started = loop(on, fleet, watch);
        fleet.drain();
        try (OnceLedger ledger = new OnceLedger(on)) {
          ScalingVerdict verdict = ledger.read(started, PATIENCE, fleet.lists());
          return report(machine, fleet, verdict);
        }
      }
    }
  }

  /** All phases, and on until nothing waits; how many workflows were started. */
  private long loop(RunPlan on, Fleet fleet, QueueWatch watch)
      throws IOException, InterruptedException {
    startedMs = System.currentTimeMillis();
    Autoscaler autoscaler = new Autoscaler(plan.settings(), 0, startedMs);
    PacedStarts load = new PacedStarts(on);
    try (load) {
      for (ScalingPlan.Phase phase : plan.phases()) {
        long beganAtMs = System.currentTimeMillis();
        beganMs.put(phase.name(), beganAtMs);
        load.pace(phase.perSecond());
        boolean isOver = false;
        while (!isOver) {
          turn(autoscaler, fleet, watch, phase.perSecond());
          long passedMs = System.currentTimeMillis() - beganAtMs;
          isOver =
              passedMs >= phase.seconds() * SECOND_MS
                  || (phase.isUntilNone() && autoscaler.replicas() == 0);
        }
      }
      load.pace(0);
      long endMs = System.currentTimeMillis() + PATIENCE.toMillis();
      boolean isEmpty = false;
      while (!isEmpty && System.currentTimeMillis() < endMs) {
        turn(autoscaler, fleet, watch, 0);
        isEmpty = points.getLast().backlog() == 0;
      }
    }
    return load.started();
  }

  private void turn(Autoscaler autoscaler, Fleet fleet, QueueWatch watch, double perSecond)
      throws IOException, InterruptedException {
    long nowMs = System.currentTimeMillis();
    if (nowMs >= autoscaler.nextMs()) {
      OptionalLong metric =
          switch (plan.signal()) {
            case LAG -> watch.lag();
            case BACKLOG -> watch.backlog().backlog();
          };
      autoscaler.at(nowMs, () -> metric);
    }
    fleet.scaleTo(autoscaler.replicas());
    double seconds = secondsAt(nowMs);
    if (points.isEmpty()
        || seconds >= points.getLast().seconds() + 1
        || autoscaler.replicas() != points.getLast().wanted()) {
      QueueWatch.Backlog backlog = watch.backlog();
      ScalingPoint point =
          new ScalingPoint(
              seconds,
              perSecond,
              autoscaler.replicas(),
              fleet.atWork(),
              watch.lag().orElse(0),
              backlog.held(),
              backlog.oldestMs());
      points.add(point);
      watcher.accept(point);
    }
    Thread.sleep(TURN);
  }

  private double secondsAt(long ms) {
    return (ms - startedMs) / SECOND_MS;
  }

  private ScalingReport report(MachineDescription machine, Fleet fleet, ScalingVerdict verdict)
      throws IOException {
    Map<String, Double> began = new LinkedHashMap<>();
    beganMs.forEach((phase, ms) -> began.put(phase, secondsAt(ms)));
    return new ScalingReport(machine, plan, began, figures(fleet), verdict, points);
  }

  private ScalingReport.Figures figures(Fleet fleet) throws IOException {
    long muchMs = beganMs.getOrDefault(ScalingPlan.MUCH, startedMs);
    long againMs = beganMs.getOrDefault(ScalingPlan.AGAIN, startedMs);
    double muchSeconds =
        plan.phases().stream()
            .filter(phase -> phase.name().equals(ScalingPlan.MUCH))
            .mapToInt(ScalingPlan.Phase::seconds)
            .sum();
    double muchEnd = secondsAt(muchMs) + muchSeconds;
    List<Double> starts = new ArrayList<>();
    double firstNew = Double.NaN;
    double fromZero = Double.NaN;
    for (Fleet.Member member : fleet.all()) {
      OptionalLong first = member.firstSince(againMs);
      if (first.isPresent()) {
        fromZero = least(fromZero, (first.getAsLong() - againMs) / SECOND_MS);
      }
      OptionalLong ever = member.firstSince(0);
      if (ever.isPresent()) {
        double took = (ever.getAsLong() - member.startedAtMs()) / SECOND_MS;
        starts.add(took);
        if (member.startedAtMs() >= muchMs && secondsAt(member.startedAtMs()) < muchEnd) {
          firstNew = least(firstNew, (ever.getAsLong() - muchMs) / SECOND_MS);
        }
      }
    }
    starts.sort(null);
    double startUp = starts.isEmpty() ? Double.NaN : starts.get(starts.size() / 2);
    ScalingCourse course = new ScalingCourse(points);
    double from = secondsAt(muchMs);
    double toTarget = course.secondsToTarget(from, muchEnd, ALLOWED_SECONDS);
    double settled = Double.isNaN(toTarget) ? from : from + toTarget;
    return new ScalingReport.Figures(
        startUp,
        firstNew,
        seconds(plan.settings().times().sync()) + startUp,
        toTarget,
        course.swing(settled, muchEnd),
        fromZero,
        seconds(plan.settings().times().polling()) + startUp,
        fleet.died());
  }

  private static double least(double known, double other) {
    return Double.isNaN(known) ? other : Math.min(known, other);
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / SECOND_MS;
  }
}
