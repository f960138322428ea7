package dev.millrace.cli.wfformat;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.orchestrator.definition.DefinitionPrinter;
import dev.millrace.orchestrator.definition.wfformat.WfInstance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** Turns a recorded execution into a definition and run times. */
@Command(
    name = "wfformat",
    mixinStandardHelpOptions = true,
    description = "Turns a workflow execution recorded in WfFormat into a definition.")
public final class ImportWfFormatCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Parameters(paramLabel = "FILE", description = "The execution, WfFormat 1.3 to 1.5.")
  private Path file = Path.of("");

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Where the definition goes, in YAML (standard output).")
  private @Nullable Path output;

  @Option(
      names = "--runtimes",
      paramLabel = "FILE",
      description = "Where the run times go: a JSON object, seconds by step id.")
  private @Nullable Path runtimes;

  @Override
  public Integer call() {
    WfInstance instance = RecordedFile.read(file);
    instance.notes().forEach(note -> command.commandLine().getErr().println("note: " + note));
    String yaml = DefinitionPrinter.print(instance.definition());
    if (output == null) {
      command.commandLine().getOut().print(yaml);
      command.commandLine().getOut().flush();
    } else {
      write(output, yaml);
    }
    if (runtimes != null) {
      Map<String, Double> seconds = new LinkedHashMap<>();
      instance.runtimes().forEach((step, time) -> seconds.put(step, time.toNanos() / 1e9));
      write(
          runtimes,
          JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(seconds) + "\n");
    }
    return ExitCode.OK;
  }

  private static void write(Path target, String text) {
    try {
      Files.writeString(target, text);
    } catch (IOException e) {
      throw new CommandFailedException("file %s: cannot be written (%s)".formatted(target, e), e);
    }
  }
}
