package dev.millrace.cli.workflow;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.connection.ConnectionOptions;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** Prints the results of a step that runs for each item of a list. */
@Command(
    name = "results",
    mixinStandardHelpOptions = true,
    description =
        "Prints the results of a step that runs for each item of a list, one line of JSON for each item in their order; null for one that failed or still runs.")
public final class ResultsCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Mixin private ConnectionOptions where = new ConnectionOptions();

  @Parameters(index = "0", paramLabel = "ID", description = "The workflow.")
  private String workflowId = "";

  @Parameters(index = "1", paramLabel = "STEP", description = "The step.")
  private String step = "";

  @Override
  public Integer call() {
    WorkflowIds.checked(command, workflowId);
    PrintWriter out = command.commandLine().getOut();
    try (EngineClient engine = new EngineClient(where.engine())) {
      int page = 0;
      Optional<JsonNode> results = engine.results(workflowId, step, page);
      if (results.isEmpty()) {
        throw new CommandFailedException(
            "workflow '%s' has no results of a step '%s' that runs for each item of a list"
                .formatted(workflowId, step));
      }
      while (results.isPresent()) {
        results.get().path("results").forEach(out::println);
        results = engine.results(workflowId, step, ++page);
      }
    }
    return ExitCode.OK;
  }
}
