package dev.millrace.cli;

import dev.millrace.cli.deadletters.DeadLettersCommand;
import dev.millrace.cli.definition.DiffCommand;
import dev.millrace.cli.definition.LintCommand;
import dev.millrace.cli.definition.RegisterCommand;
import dev.millrace.cli.demo.DemoCommand;
import dev.millrace.cli.dev.DevCommand;
import dev.millrace.cli.dev.LocalEngine;
import dev.millrace.cli.engine.EngineCommand;
import dev.millrace.cli.sample.SampleCommand;
import dev.millrace.cli.topics.TopicsCommand;
import dev.millrace.cli.wfformat.ImportCommand;
import dev.millrace.cli.wfformat.ReplayCommand;
import dev.millrace.cli.worker.WorkerCommand;
import dev.millrace.cli.workflow.Control;
import dev.millrace.cli.workflow.ControlCommand;
import dev.millrace.cli.workflow.DiffAttemptsCommand;
import dev.millrace.cli.workflow.EventsCommand;
import dev.millrace.cli.workflow.ListCommand;
import dev.millrace.cli.workflow.QueuesCommand;
import dev.millrace.cli.workflow.ResultsCommand;
import dev.millrace.cli.workflow.ScheduleCommand;
import dev.millrace.cli.workflow.StartCommand;
import dev.millrace.cli.workflow.StateCommand;
import dev.millrace.cli.workflow.StatusCommand;
import dev.millrace.cli.workflow.WhyCommand;
import dev.millrace.perf.Bench;
import java.time.Duration;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The {@code millrace} command. Its exit codes are in its help. */
@Command(
    name = "millrace",
    mixinStandardHelpOptions = true,
    versionProvider = BuildVersion.class,
    synopsisSubcommandLabel = "COMMAND",
    description = "Runs workflows on Kafka.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:failed; the reason is on standard error",
      "2:used wrongly",
      "3:nothing was started, since the workflow id is taken (start --wait)",
      "4:the engine refused the change of a schedule, or the control of some workflow (--wait)"
    })
public final class Millrace {
  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Show where a failure comes from.")
  private boolean verbose;

  private Millrace() {}

  public static void main(String[] args) {
    // Takes effect before the first logger is made, and only if nobody chose a configuration.
    if (System.getProperty("logback.configurationFile") == null) {
      System.setProperty("logback.configurationFile", logging(args));
    }
    System.exit(commandLine().execute(args));
  }

  /** Servers log more than commands do, which say themselves what there is to say. */
  private static String logging(String[] args) {
    String command = Stream.of(args).filter(each -> !each.startsWith("-")).findFirst().orElse("");
    return switch (command) {
      case "engine" -> "dev/millrace/orchestrator/app/logback.xml";
      case "worker" -> "dev/millrace/cli/worker/logback.xml";
      default -> "dev/millrace/cli/logback.xml";
    };
  }

  /** The command with all its subcommands, ready to be executed. */
  public static CommandLine commandLine() {
    Millrace root = new Millrace();
    FailureReport report = new FailureReport(root);
    CommandLine line = new CommandLine(root);
    line.addSubcommand(new DemoCommand(LocalEngine::start))
        .addSubcommand(new SampleCommand(LocalEngine::start))
        .addSubcommand(new DevCommand(LocalEngine::start))
        .addSubcommand(new EngineCommand())
        .addSubcommand(new WorkerCommand())
        .addSubcommand(new LintCommand())
        .addSubcommand(new RegisterCommand())
        .addSubcommand(new DiffCommand())
        .addSubcommand(new ImportCommand())
        .addSubcommand(new ReplayCommand(LocalEngine::start))
        .addSubcommand(new TopicsCommand())
        .addSubcommand(new StartCommand())
        .addSubcommand(new StatusCommand())
        .addSubcommand(new WhyCommand())
        .addSubcommand(new QueuesCommand())
        .addSubcommand(new ResultsCommand())
        .addSubcommand(new ListCommand())
        .addSubcommand(new EventsCommand())
        .addSubcommand(new ScheduleCommand())
        .addSubcommand(new StateCommand())
        .addSubcommand(new DiffAttemptsCommand());
    Stream.of(Control.values()).map(ControlCommand::of).forEach(line::addSubcommand);
    return line.addSubcommand(new DeadLettersCommand())
        .addSubcommand(Bench.commandLine())
        .registerConverter(Duration.class, new DurationConverter()) // of all that is there by now
        .setExpandAtFiles(false) // an @ begins a file of input, not of arguments
        .setExecutionExceptionHandler(report)
        .setParameterExceptionHandler(report);
  }

  boolean verbose() {
    return verbose;
  }
}
