package dev.millrace.cli.workflow;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.connection.ConnectionOptions;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** Prints the results of a step that runs for each item of a list. */
@Command(
    name = "results",
    mixinStandardHelpOptions = true,
    description =
        "Prints the results of a step that runs for each item of a list, one line of JSON for each item in their order; null for one that failed or still runs. A page that is too large to be shown is left out and told of on stderr; the exit code is 1 then.")
public final class ResultsCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Mixin private ConnectionOptions where = new ConnectionOptions();

  @Parameters(index = "0", paramLabel = "ID", description = "The workflow.")
  private String workflowId = "";

  @Parameters(index = "1", paramLabel = "STEP", description = "The step.")
  private String step = "";

  @Option(
      names = "--page",
      paramLabel = "K",
      description = "Only this page, from 0: the items of 1,000 commands.")
  private @Nullable Integer page;

  @Override
  public Integer call() {
    WorkflowIds.checked(command, workflowId);
    PrintWriter out = command.commandLine().getOut();
    try (EngineClient engine = new EngineClient(where.engine())) {
      int next = page == null ? 0 : page;
      boolean hasAll = true;
      Optional<JsonNode> results = engine.results(workflowId, step, next);
      if (results.isEmpty()) {
        throw new CommandFailedException(
            "workflow '%s' has no results of a step '%s' that runs for each item of a list%s"
                .formatted(workflowId, step, page == null ? "" : ", or no page " + page));
      }
      while (results.isPresent()) {
        hasAll &= print(results.get(), out);
        results = page == null ? engine.results(workflowId, step, ++next) : Optional.empty();
      }
      return hasAll ? ExitCode.OK : ExitCode.SOFTWARE;
    }
  }

  /** Prints a page, or why it cannot be; answers whether it was. */
  private boolean print(JsonNode results, PrintWriter out) {
    results.path("results").forEach(out::println);
    String error = results.path("error").asString("");
    if (!error.isEmpty()) {
      command.commandLine().getErr().println("millrace: " + error);
    }
    return error.isEmpty();
  }
}
