package dev.millrace.cli.wfformat;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.connection.ConnectionOptions;
import dev.millrace.cli.dev.EngineStarter;
import dev.millrace.cli.run.PrivateServer;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.definition.wfformat.WfFormatImporter;
import dev.millrace.orchestrator.definition.wfformat.WfInstance;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Replays a recorded execution. */
@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    description = {
      "Runs a workflow execution recorded in WfFormat again, with steps that take their recorded times, and checks the order of the run against the DAG.",
      "Runs on the installation that the options name, or that 'millrace dev' runs in this folder, where nobody else may work on the queue 'default'; else on a dev server of its own."
    })
public final class ReplayCommand implements Callable<Integer> {
  private static final double FASTEST = 1e9;
  private static final int SHOWN_VIOLATIONS = 10;

  private final EngineStarter engine;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Mixin private ConnectionOptions where = new ConnectionOptions();

  @Parameters(paramLabel = "FILE", description = "The execution, WfFormat 1.3 to 1.5.")
  private Path file = Path.of("");

  @Option(
      names = "--speed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Divide the recorded times by N (${DEFAULT-VALUE}).")
  private double speed = 1;

  public ReplayCommand(EngineStarter engine) {
    this.engine = engine;
  }

  @Override
  public Integer call() {
    if (!(speed > 0 && speed <= FASTEST)) {
      throw new ParameterException(
          command.commandLine(),
          "--speed %s: must be above 0 and at most %.0e".formatted(speed, FASTEST));
    }
    WfInstance instance = RecordedFile.read(file);
    PrintWriter out = command.commandLine().getOut();
    describe(out, instance);
    Optional<Connection> given = where.find();
    ReplayReport report = given.isPresent() ? run(given.get(), instance) : runAlone(instance);
    print(out, report);
    if (!report.violations().isEmpty()) {
      throw new CommandFailedException(
          "the run was not in order: %d violations; nobody else may work on the queue '%s' meanwhile"
              .formatted(report.violations().size(), WfFormatImporter.QUEUE));
    }
    return ExitCode.OK;
  }

  private ReplayReport runAlone(WfInstance instance) {
    try (PrivateServer server =
        PrivateServer.start(engine, Optional.empty(), WfFormatImporter.QUEUE)) {
      return run(server.connection(), instance);
    }
  }

  private ReplayReport run(Connection connection, WfInstance instance) {
    return new Replay(connection, instance, speed, command.commandLine().getOut()).run();
  }

  private static void describe(PrintWriter out, WfInstance instance) {
    WorkflowDefinition definition = instance.definition();
    row(
        out,
        "workflow",
        "%s: %,d steps, %,d dependencies"
            .formatted(
                definition.name(),
                definition.steps().size(),
                definition.steps().stream().mapToInt(step -> step.dependsOn().size()).sum()));
    instance.notes().forEach(note -> row(out, "note", note));
  }

  private void print(PrintWriter out, ReplayReport report) {
    row(
        out,
        "order",
        report.violations().isEmpty()
            ? "right: every step once, none before all it depends on"
            : "%,d violations".formatted(report.violations().size()));
    report.violations().stream()
        .limit(SHOWN_VIOLATIONS)
        .forEach(violation -> row(out, "", violation));
    report.failure().ifPresent(failure -> row(out, "failure", failure));
    if (!report.violations().isEmpty()) {
      return; // the times of such a run mean nothing
    }
    row(out, "recorded", "critical path %s".formatted(seconds(report.recorded())));
    row(
        out,
        "at 1/%s".formatted(number(speed)),
        "critical path %s, makespan %s, overhead %s (%.1f %%)"
            .formatted(
                seconds(report.scaled()),
                seconds(report.makespan()),
                seconds(report.overhead()),
                percent(report)));
    row(
        out,
        "hop",
        "p50 %,d ms, p99 %,d ms from the return of a handler to the call of the next step's"
            .formatted(report.hops().percentile(50), report.hops().percentile(99)));
    out.flush();
  }

  private static double percent(ReplayReport report) {
    return report.scaled().isZero()
        ? Double.POSITIVE_INFINITY
        : 100.0 * report.overhead().toNanos() / report.scaled().toNanos();
  }

  private static String seconds(Duration time) {
    return "%,.3f s".formatted(time.toNanos() / 1e9);
  }

  private static String number(double value) {
    return value == Math.rint(value) ? "%.0f".formatted(value) : Double.toString(value);
  }

  private static void row(PrintWriter out, String name, String value) {
    out.println("%-11s %s".formatted(name, value));
    out.flush();
  }
}
