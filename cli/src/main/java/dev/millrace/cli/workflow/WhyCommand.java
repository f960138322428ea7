package dev.millrace.cli.workflow;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.connection.ConnectionOptions;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** Says why a workflow is not done. */
@Command(
    name = "why",
    mixinStandardHelpOptions = true,
    description = {
      "Says what the steps of a workflow wait for that are not done, and since when.",
      "Of a step that waits for its queue it says how many go before it."
    })
public final class WhyCommand implements Callable<Integer> {
  private static final int STEPS_SHOWN = 50;
  private static final int STEPS_PAGE = 1_000;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Mixin private ConnectionOptions where = new ConnectionOptions();

  @Parameters(index = "0", paramLabel = "ID", description = "The workflow.")
  private String workflowId = "";

  @Parameters(index = "1", arity = "0..1", paramLabel = "STEP", description = "Only this step.")
  private String step = "";

  @Option(names = "--all", description = "All steps that are not done, not only the first 50.")
  private boolean all;

  @Option(names = "--json", description = "The engine's own answer, one line a page.")
  private boolean json;

  @Override
  public Integer call() {
    WorkflowIds.checked(command, workflowId);
    PrintWriter out = command.commandLine().getOut();
    try (EngineClient engine = new EngineClient(where.engine())) {
      JsonNode page = page(engine, 0);
      if (!json) {
        out.println(WhyText.head(page));
      }
      print(page, out);
      while (all && page.path("next").isInt()) {
        page = page(engine, page.path("next").asInt(0));
        print(page, out);
      }
      if (!json && page.path("next").isInt()) {
        out.println("              more with --all");
      }
    }
    return ExitCode.OK;
  }

  private JsonNode page(EngineClient engine, int from) {
    return engine
        .why(workflowId, step, from, all ? STEPS_PAGE : STEPS_SHOWN)
        .orElseThrow(
            () ->
                new CommandFailedException(
                    "workflow '%s': the engine knows none of that id; 'millrace events %s' shows why a start was rejected"
                        .formatted(workflowId, workflowId)));
  }

  private void print(JsonNode page, PrintWriter out) {
    if (json) {
      out.println(page);
    } else {
      page.path("steps").forEach(each -> out.println(WhyText.line(page, each)));
    }
  }
}
