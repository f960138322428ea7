package dev.millrace.cli.sample;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.dev.EngineStarter;
import dev.millrace.cli.run.PrivateServer;
import dev.millrace.examples.samples.Sample;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs one of the samples, or lists them. */
@Command(
    name = "sample",
    mixinStandardHelpOptions = true,
    description = {
      "Runs a sample workflow many times on a dev server of its own; without a name, lists them.",
      "The exit code is 0 only if every workflow succeeded and its result is right."
    })
public final class SampleCommand implements Callable<Integer> {
  private static final int MOST_WORKFLOWS = 1_000_000;

  private final EngineStarter engine;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Parameters(arity = "0..1", paramLabel = "NAME", description = "Which sample.")
  private @Nullable String name;

  @Option(
      names = "--workflows",
      paramLabel = "N",
      description = "How many workflows; each sample has a number of its own.")
  private @Nullable Integer workflows;

  public SampleCommand(EngineStarter engine) {
    this.engine = engine;
  }

  @Override
  public Integer call() {
    PrintWriter out = command.commandLine().getOut();
    List<Sample> samples = Sample.all();
    if (name == null) {
      samples.forEach(sample -> out.println("%-20s %s".formatted(sample.name(), sample.purpose())));
      out.flush();
      return ExitCode.OK;
    }
    Sample sample =
        samples.stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow(this::none);
    int count = workflows == null ? sample.workflows() : workflows;
    if (count < 1 || count > MOST_WORKFLOWS) {
      throw new ParameterException(
          command.commandLine(),
          "--workflows %d: must be 1 to %d".formatted(count, MOST_WORKFLOWS));
    }
    out.println("%s: %s".formatted(sample.name(), sample.purpose()));
    out.println("%,d workflows; starting broker, registry and engine".formatted(count));
    out.flush();
    try (PrivateServer server = PrivateServer.start(engine, Optional.empty(), Sample.QUEUE)) {
      SampleReport report = new SampleRun(server.connection(), sample, count, out).run();
      report.print(out);
      if (!report.isRight()) {
        throw new CommandFailedException(
            "sample '%s': not every workflow succeeded with the right result"
                .formatted(sample.name()));
      }
    }
    return ExitCode.OK;
  }

  private ParameterException none() {
    return new ParameterException(
        command.commandLine(),
        "sample '%s': must be one of %s"
            .formatted(
                name, Sample.all().stream().map(Sample::name).collect(Collectors.joining(", "))));
  }
}
