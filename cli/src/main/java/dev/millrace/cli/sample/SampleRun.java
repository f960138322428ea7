package dev.millrace.cli.sample;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.run.ConnectedWorkers;
import dev.millrace.cli.run.RunLog;
import dev.millrace.cli.run.RunProgress;
import dev.millrace.cli.run.WorkflowStarter;
import dev.millrace.examples.samples.Sample;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.definition.DefinitionParser;
import dev.millrace.orchestrator.definition.ParsedDefinition;
import dev.millrace.orchestrator.expression.CelExpressions;
import dev.millrace.worker.Worker;
import java.io.PrintWriter;
import java.time.Duration;
import tools.jackson.databind.json.JsonMapper;

/** Runs a sample's workflows against an installation and works on them in this process. */
final class SampleRun {
  /** How long nothing at all may happen. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Connection connection;
  private final Sample sample;
  private final int workflows;
  private final PrintWriter out;
  private final WorkflowDefinition definition;
  private int started;

  /**
   * A run, not begun.
   *
   * @param out takes the progress where there is no terminal
   */
  SampleRun(Connection connection, Sample sample, int workflows, PrintWriter out) {
    this.connection = connection;
    this.sample = sample;
    this.workflows = workflows;
    this.out = out;
    this.definition = definition(sample);
  }

  static WorkflowDefinition definition(Sample sample) {
    return switch (new DefinitionParser(new CelExpressions()).parse(sample.definition())) {
      case ParsedDefinition.Accepted accepted -> accepted.definition();
      case ParsedDefinition.Refused refused ->
          throw new IllegalStateException(
              "definition of the sample '%s': %s".formatted(sample.name(), refused.problems()));
    };
  }

  /**
   * Runs it to the end.
   *
   * @throws CommandFailedException when nothing happens for a minute
   */
  SampleReport run() {
    try (Worker worker = sample.addTo(ConnectedWorkers.of(connection, Sample.QUEUE)).build();
        RunLog log = new RunLog(connection, id -> id.startsWith(sample.name()));
        WorkflowStarter starter = new WorkflowStarter(connection);
        RunProgress progress = RunProgress.begin(out, "workflows", workflows)) {
      worker.start();
      starter.register(definition);
      long begun = System.nanoTime();
      startMore(starter, 0);
      boolean isDone =
          log.awaitEnded(
              workflows,
              PATIENCE,
              () -> {
                startMore(starter, log.ended());
                progress.at(log.ended(), "%,d completions".formatted(log.completions()));
              });
      if (!isDone) {
        throw new CommandFailedException(
            "%,d of %,d workflows ended, and then nothing happened for %d s"
                .formatted(log.ended(), workflows, PATIENCE.toSeconds()));
      }
      return SampleReport.of(sample, workflows, log, Duration.ofNanos(System.nanoTime() - begun));
    }
  }

  /** Keeps as many under way as the sample says. */
  private void startMore(WorkflowStarter starter, int ended) {
    int before = started;
    while (started < workflows && started - ended < sample.inFlight()) {
      starter.start(
          id(sample, started),
          definition,
          JsonMapper.shared().writeValueAsBytes(sample.input(started)));
      started++;
    }
    if (started > before) {
      starter.flush();
    }
  }

  static String id(Sample sample, int workflow) {
    return sample.name() + "-" + workflow;
  }
}
