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
import tools.jackson.databind.node.MissingNode;

/** Shows where one workflow stands. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Shows where one workflow stands, as the engine knows it.")
public final class StatusCommand implements Callable<Integer> {
  private static final int STEPS_SHOWN = 20;
  private static final int STEPS_PAGE = 1_000;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Mixin private ConnectionOptions where = new ConnectionOptions();

  @Parameters(paramLabel = "ID", description = "The workflow.")
  private String workflowId = "";

  @Option(
      names = "--steps",
      description = "Show all steps that are not finished, not only those under way.")
  private boolean steps;

  @Option(names = "--json", description = "The engine's own answer; with --steps one line a step.")
  private boolean json;

  @Override
  public Integer call() {
    WorkflowIds.checked(command, workflowId);
    String url = where.engine();
    try (EngineClient engine = new EngineClient(url)) {
      JsonNode workflow =
          engine
              .workflow(workflowId)
              .orElseThrow(
                  () ->
                      new CommandFailedException(
                          "workflow '%s': the engine knows none of that id; 'millrace events %s' shows why a start was rejected"
                              .formatted(workflowId, workflowId)));
      if (!json || !steps) {
        print(workflow);
      }
      if (steps || !json) {
        printSteps(engine);
      }
    }
    return ExitCode.OK;
  }

  /** The steps, page by page; without {@code --steps} only the first page. */
  private void printSteps(EngineClient engine) {
    PrintWriter out = command.commandLine().getOut();
    String which = steps ? "unfinished" : "active";
    int from = 0;
    boolean more = true;
    while (more) {
      JsonNode page =
          engine
              .steps(workflowId, which, from, steps ? STEPS_PAGE : STEPS_SHOWN)
              .orElse(MissingNode.getInstance());
      page.path("steps").forEach(step -> out.println(json ? step.toString() : StepText.line(step)));
      more = page.path("next").isInt();
      from = page.path("next").asInt(0);
      if (more && !steps) {
        out.printf("            more with --steps%n");
        more = false;
      }
    }
  }

  /** How far the steps are; those of an ended workflow wait for nothing any more. */
  private static String steps(JsonNode workflow) {
    JsonNode counts = workflow.path("steps");
    String succeeded =
        "%d of %d succeeded"
            .formatted(counts.path("succeeded").asInt(0), counts.path("total").asInt(0));
    return workflow.path("endedAt").asString("").isEmpty()
        ? "%s, %d open, %d waiting or ended otherwise"
            .formatted(succeeded, counts.path("open").asInt(0), counts.path("waiting").asInt(0))
        : succeeded;
  }

  private void print(JsonNode workflow) {
    PrintWriter out = command.commandLine().getOut();
    if (json) {
      out.println(workflow);
      return;
    }
    line(out, "workflow", workflow.path("workflowId").asString(""));
    String paused = workflow.path("paused").asBoolean(false) ? ", paused" : "";
    line(out, "status", workflow.path("status").asString("") + paused);
    line(
        out,
        "definition",
        workflow.path("definition").asString("") + "/" + workflow.path("version").asInt(0));
    line(out, "tenant", workflow.path("tenant").asString(""));
    line(out, "priority", workflow.path("priority").asString(""));
    line(out, "started", workflow.path("startedAt").asString(""));
    line(out, "ended", workflow.path("endedAt").asString(""));
    line(out, "steps", steps(workflow));
    JsonNode failure = workflow.path("failure");
    if (failure.isObject()) {
      line(
          out,
          "failure",
          FailureText.of(failure.path("type").asString(""), failure.path("message").asString("")));
    }
  }

  private static void line(PrintWriter out, String name, String value) {
    if (!value.isEmpty()) {
      out.printf("%-11s %s%n", name, value);
    }
  }
}
