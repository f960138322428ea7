package dev.millrace.cli.wfformat;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.run.ConnectedWorkers;
import dev.millrace.cli.run.Hops;
import dev.millrace.cli.run.RunLog;
import dev.millrace.cli.run.RunProgress;
import dev.millrace.cli.run.WorkflowRun;
import dev.millrace.cli.run.WorkflowStarter;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.definition.wfformat.CriticalPath;
import dev.millrace.orchestrator.definition.wfformat.WfFormatImporter;
import dev.millrace.orchestrator.definition.wfformat.WfInstance;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.wire.EventHistory;
import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.Worker;
import dev.millrace.worker.WorkerBuilder;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Runs a recorded execution again, with handlers in this process that take the recorded times
 * divided by a factor, as many at once as the workflow allows.
 */
final class Replay {
  /** How long nothing may happen beyond the longest step. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Connection connection;
  private final WfInstance instance;
  private final PrintWriter out;
  private final Map<String, Duration> runtimes = new LinkedHashMap<>();

  /**
   * A replay, not begun.
   *
   * @param speed what the recorded times are divided by; above 0
   * @param out takes the progress where there is no terminal
   */
  Replay(Connection connection, WfInstance instance, double speed, PrintWriter out) {
    this.connection = connection;
    this.instance = instance;
    this.out = out;
    instance
        .runtimes()
        .forEach(
            (step, recorded) ->
                runtimes.put(step, Duration.ofNanos(Math.round(recorded.toNanos() / speed))));
  }

  /**
   * Runs it to the end.
   *
   * @throws CommandFailedException when it does not end
   */
  ReplayReport run() {
    WorkflowDefinition definition = instance.definition();
    String workflowId = "replay-" + UUID.randomUUID();
    int steps = definition.steps().size();
    long begun = System.nanoTime();
    try (Worker worker =
            ConnectedWorkers.of(connection, WfFormatImporter.QUEUE)
                .slots(Math.min(steps, WorkerBuilder.MAX_SLOTS))
                .handler(WfFormatImporter.STEP_TYPE, this::take)
                .build();
        RunLog log = new RunLog(connection, workflowId::equals);
        WorkflowStarter starter = new WorkflowStarter(connection);
        RunProgress progress = RunProgress.begin(out, "steps", steps)) {
      worker.start();
      starter.register(definition);
      starter.start(workflowId, definition, null);
      starter.flush();
      boolean ended =
          log.awaitEnded(
              1,
              PATIENCE.plus(longest()),
              () ->
                  progress.at(
                      log.completions(),
                      "%d s".formatted((System.nanoTime() - begun) / 1_000_000_000)));
      if (!ended) {
        throw new CommandFailedException(
            "workflow '%s': %,d of %,d steps were reported, and then nothing happened for %d s"
                .formatted(
                    workflowId, log.completions(), steps, PATIENCE.plus(longest()).toSeconds()));
      }
      return report(workflowId, Objects.requireNonNull(log.runs().get(workflowId), workflowId));
    }
  }

  /** The handler of all steps: the time it takes is all it does. */
  private StepResult take(StepContext context) throws InterruptedException {
    Thread.sleep(Objects.requireNonNull(runtimes.get(context.step()), context.step()));
    return StepResult.succeeded();
  }

  private Duration longest() {
    return runtimes.values().stream().max(Duration::compareTo).orElse(Duration.ZERO);
  }

  private ReplayReport report(String workflowId, WorkflowRun run) {
    WorkflowDefinition definition = instance.definition();
    List<Instant> decisions = run.events().stream().map(entry -> entry.at()).toList();
    Hops hops = new Hops(definition);
    hops.add(run);
    return new ReplayReport(
        workflowId,
        OrderCheck.violations(definition, run),
        failure(run),
        seconds(CriticalPath.seconds(definition, instance.runtimes())),
        seconds(CriticalPath.seconds(definition, runtimes)),
        Duration.between(decisions.getFirst(), decisions.getLast()),
        hops);
  }

  /** Why the workflow did not succeed: the step that failed for good, or else its end. */
  private static Optional<String> failure(WorkflowRun run) {
    return Stream.concat(run.events(EventType.STEP_FAILED).stream(), run.end().stream())
        .map(EventHistory.Entry::event)
        .filter(event -> event.getFailure() != null)
        .findFirst()
        .map(Replay::described);
  }

  private static String described(WorkflowEvent event) {
    Failure failure = Objects.requireNonNull(event.getFailure());
    String step = event.getStep().isEmpty() ? "" : "step '%s': ".formatted(event.getStep());
    String message = failure.getMessage().isBlank() ? "" : ": " + failure.getMessage();
    return step + failure.getType() + message;
  }

  private static Duration seconds(double seconds) {
    return Duration.ofNanos(Math.round(seconds * 1e9));
  }
}
