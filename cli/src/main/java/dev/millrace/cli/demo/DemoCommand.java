package dev.millrace.cli.demo;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.dev.EngineStarter;
import dev.millrace.cli.run.PrivateServer;
import dev.millrace.examples.earthquakes.Quake;
import dev.millrace.examples.earthquakes.QuakeCatalogue;
import dev.millrace.examples.earthquakes.QuakeWorker;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the demo. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "Assesses a week of real earthquakes, one workflow each, on a dev server of its own.",
      "The exit code is 0 only if every quake has exactly one ended workflow."
    })
public final class DemoCommand implements Callable<Integer> {
  private static final Path FOLDER = Path.of(".millrace", "demo");

  private final EngineStarter engine;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Option(names = "--count", paramLabel = "N", description = "Take the first N quakes only.")
  private @Nullable Integer count;

  @Option(
      names = "--result",
      paramLabel = "FILE",
      description = "Result file (.millrace/demo/earthquakes-result.jsonl).")
  private Path result = FOLDER.resolve("earthquakes-result.jsonl");

  @Option(names = "--keep", description = "Keep broker and state, to look at with 'millrace dev'.")
  private boolean keep;

  public DemoCommand(EngineStarter engine) {
    this.engine = engine;
  }

  @Override
  public Integer call() {
    long begun = System.nanoTime();
    PrintWriter out = command.commandLine().getOut();
    List<Quake> quakes = quakes();
    Optional<Path> data = keep ? Optional.of(newFolder()) : Optional.empty();
    say(
        out,
        "%,d earthquakes, a workflow of %d steps each; starting broker, registry and engine"
            .formatted(quakes.size(), Demo.definition().steps().size()));
    DemoReport report;
    try (PrivateServer server = PrivateServer.start(engine, data, QuakeWorker.QUEUE)) {
      say(out, "up after %.1f s, working".formatted((System.nanoTime() - begun) / 1e9));
      report = new Demo(server.connection(), quakes, result, out).run();
      new DemoTable(report, out).print();
    }
    data.ifPresent(folder -> say(out, "kept        millrace dev --data %s".formatted(folder)));
    if (!report.complete()) {
      throw new CommandFailedException(
          "not every quake has exactly one ended workflow; see %s".formatted(result));
    }
    return ExitCode.OK;
  }

  private List<Quake> quakes() {
    List<Quake> all = QuakeCatalogue.oneWeek();
    if (count == null) {
      return all;
    }
    if (count < 1 || count > all.size()) {
      throw new ParameterException(
          command.commandLine(),
          "--count %d: must be 1 to %d, the size of the catalogue".formatted(count, all.size()));
    }
    return all.subList(0, count);
  }

  private static Path newFolder() {
    return FOLDER.resolve(
        LocalDateTime.now(ZoneId.systemDefault())
            .format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT)));
  }

  private static void say(PrintWriter out, String line) {
    out.println(line);
    out.flush();
  }
}
