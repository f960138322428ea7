package dev.millrace.cli.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.run.ConnectedWorkers;
import dev.millrace.cli.run.HandlerRun;
import dev.millrace.cli.run.Hops;
import dev.millrace.cli.run.RunLog;
import dev.millrace.cli.run.RunProgress;
import dev.millrace.cli.run.WorkflowRun;
import dev.millrace.cli.run.WorkflowStarter;
import dev.millrace.examples.earthquakes.Quake;
import dev.millrace.examples.earthquakes.QuakeCatalogue;
import dev.millrace.examples.earthquakes.QuakeSteps;
import dev.millrace.examples.earthquakes.QuakeWorker;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.definition.DefinitionParser;
import dev.millrace.orchestrator.definition.ParsedDefinition;
import dev.millrace.orchestrator.expression.CelExpressions;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.wire.EventHistory;
import dev.millrace.worker.Worker;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs a workflow for each quake of the catalogue against an installation and works on them in this
 * process. The last few run one after the other, so that a hop is also seen without a queue before
 * it.
 */
final class Demo {
  /** How long nothing at all may happen. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final String ID_PREFIX = "quake-";

  /** Of so many quakes one runs alone, but no more than {@link #MOST_ALONE}. */
  private static final int ALONE_ONE_IN = 20;

  private static final int MOST_ALONE = 40;

  private final Connection connection;
  private final List<Quake> quakes;
  private final Path resultFile;
  private final PrintWriter out;
  private final WorkflowDefinition definition = definition();

  /**
   * A demo, not begun.
   *
   * @param out takes what is done now, and the progress where there is no terminal
   */
  Demo(Connection connection, List<Quake> quakes, Path resultFile, PrintWriter out) {
    this.connection = connection;
    this.quakes = quakes;
    this.resultFile = resultFile;
    this.out = out;
  }

  /** The definition that every quake runs through. */
  static WorkflowDefinition definition() {
    return switch (new DefinitionParser(new CelExpressions()).parse(QuakeCatalogue.definition())) {
      case ParsedDefinition.Accepted accepted -> accepted.definition();
      case ParsedDefinition.Refused refused ->
          throw new IllegalStateException("the demo's definition: " + refused.problems());
    };
  }

  /**
   * Runs it to the end.
   *
   * @throws CommandFailedException when nothing happens for a minute
   */
  DemoReport run() {
    int alone = Math.min(quakes.size() / ALONE_ONE_IN, MOST_ALONE);
    List<Quake> crowd = quakes.subList(0, quakes.size() - alone);
    try (Worker worker =
            QuakeSteps.addTo(ConnectedWorkers.of(connection, QuakeWorker.QUEUE)).build();
        RunLog log = new RunLog(connection, id -> id.startsWith(ID_PREFIX));
        WorkflowStarter starter = new WorkflowStarter(connection)) {
      worker.start();
      starter.register(definition);
      runTogether(log, starter, crowd);
      Crowd together = Crowd.of(log, hops(log, crowd));
      runAlone(log, starter, quakes.subList(crowd.size(), quakes.size()));
      return report(log, together, hops(log, quakes.subList(crowd.size(), quakes.size())));
    }
  }

  private void runTogether(RunLog log, WorkflowStarter starter, List<Quake> crowd) {
    say(
        "all at once %,d workflows; their steps take turns, so the first quakes are done late"
            .formatted(crowd.size()));
    try (RunProgress progress = progress(crowd.size())) {
      crowd.forEach(quake -> start(starter, quake));
      starter.flush();
      await(log, crowd.size(), progress, 0);
    }
  }

  private void runAlone(RunLog log, WorkflowStarter starter, List<Quake> alone) {
    if (alone.isEmpty()) {
      return;
    }
    say(
        "one by one  %,d more workflows, each begun when the last has ended"
            .formatted(alone.size()));
    int before = log.ended();
    long completionsBefore = log.completions();
    try (RunProgress progress = progress(alone.size())) {
      for (int i = 0; i < alone.size(); i++) {
        start(starter, alone.get(i));
        starter.flush();
        await(log, before + i + 1, progress, completionsBefore);
      }
    }
  }

  private RunProgress progress(int workflows) {
    return RunProgress.begin(out, "steps", (long) workflows * definition.steps().size());
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }

  /** What there was to see when all workflows that run together had ended. */
  private record Crowd(Instant first, Instant last, int steps, Hops hops) {
    static Crowd of(RunLog log, Hops hops) {
      List<HandlerRun> busy =
          log.runs().values().stream().flatMap(run -> run.handlerRuns().stream()).toList();
      Instant now = Instant.now();
      return new Crowd(
          busy.stream().map(HandlerRun::startedAt).min(Instant::compareTo).orElse(now),
          busy.stream().map(HandlerRun::endedAt).max(Instant::compareTo).orElse(now),
          count(log.runs().values(), EventType.STEP_SUCCEEDED),
          hops);
    }
  }

  private static String workflowId(Quake quake) {
    return ID_PREFIX + quake.id();
  }

  private void start(WorkflowStarter starter, Quake quake) {
    starter.start(
        workflowId(quake),
        definition,
        JsonMapper.shared().writeValueAsString(quake).getBytes(UTF_8));
  }

  /**
   * Waits until so many workflows have ended.
   *
   * @param completionsBefore completions that the progress does not count
   */
  private static void await(
      RunLog log, int workflows, RunProgress progress, long completionsBefore) {
    boolean done =
        log.awaitEnded(
            workflows,
            PATIENCE,
            () ->
                progress.at(
                    log.completions() - completionsBefore,
                    "%,d quakes done".formatted(log.ended())));
    if (!done) {
      throw new CommandFailedException(
          "%,d of %,d workflows ended, and then nothing happened for %d s"
              .formatted(log.ended(), workflows, PATIENCE.toSeconds()));
    }
  }

  private Hops hops(RunLog log, List<Quake> some) {
    Hops hops = new Hops(definition);
    for (Quake quake : some) {
      WorkflowRun run = log.runs().get(workflowId(quake));
      if (run != null) {
        hops.add(run);
      }
    }
    return hops;
  }

  private DemoReport report(RunLog log, Crowd together, Hops alone) {
    Collection<WorkflowRun> runs = log.runs().values();
    List<QuakeResult> results =
        log.runs().entrySet().stream()
            .map(run -> QuakeResult.of(run.getKey(), run.getValue()))
            .sorted(Comparator.comparing(QuakeResult::workflowId))
            .toList();
    write(results);
    return new DemoReport(
        results,
        quakes.size(),
        count(runs, EventType.STEP_SUCCEEDED),
        count(runs, EventType.STEP_DISPATCHED),
        count(runs, EventType.ATTEMPT_FAILED),
        failures(runs),
        Duration.between(JvmStart.at(), together.first()),
        Duration.between(together.first(), together.last()),
        together.steps(),
        together.hops(),
        alone,
        resultFile);
  }

  private static int count(Collection<WorkflowRun> runs, EventType type) {
    return runs.stream().mapToInt(run -> run.events(type).size()).sum();
  }

  /** Failed attempts by type: those that were tried again and those that ended their step. */
  private static SortedMap<String, Integer> failures(Collection<WorkflowRun> runs) {
    SortedMap<String, Integer> failures = new TreeMap<>();
    for (WorkflowRun run : runs) {
      for (EventHistory.Entry entry : run.events()) {
        EventType type = entry.event().getType();
        Failure failure = entry.event().getFailure();
        if (failure != null
            && (type == EventType.ATTEMPT_FAILED || type == EventType.STEP_FAILED)) {
          failures.merge(failure.getType(), 1, Integer::sum);
        }
      }
    }
    return failures;
  }

  private void write(List<QuakeResult> results) {
    try {
      Files.createDirectories(resultFile.toAbsolutePath().resolveSibling("."));
      try (BufferedWriter file = Files.newBufferedWriter(resultFile)) {
        for (QuakeResult result : results) {
          file.write(JsonMapper.shared().writeValueAsString(result));
          file.write('\n');
        }
      }
    } catch (IOException e) {
      throw new CommandFailedException(
          "result file %s: cannot be written (%s)".formatted(resultFile, e), e);
    }
  }
}
