package dev.millrace.cli.workflow;

import dev.millrace.cli.connection.ConnectionOptions;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** Lists workflows. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "Lists workflows that the engine knows, those started last first.")
public final class ListCommand implements Callable<Integer> {
  private static final int LIMIT_MAX = 1_000;
  private static final List<String> HEAD =
      List.of("WORKFLOW", "STATUS", "DEFINITION", "STEPS", "STARTED");
  private static final Comparator<JsonNode> NEWEST_FIRST =
      Comparator.comparing(ListCommand::startedAt).reversed();

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Mixin private ConnectionOptions where = new ConnectionOptions();

  @Option(
      names = "--status",
      paramLabel = "STATUS",
      description = "Only those with this status, such as RUNNING.")
  private String status = "";

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "At most so many, 1 to " + LIMIT_MAX + " (${DEFAULT-VALUE}).")
  private int limit;

  @Option(names = "--json", description = "The engine's own answer.")
  private boolean json;

  @Override
  public Integer call() {
    if (limit < 1 || limit > LIMIT_MAX) {
      throw new ParameterException(
          command.commandLine(), "limit %d: must be 1 to %d".formatted(limit, LIMIT_MAX));
    }
    String url = where.engine();
    JsonNode answer;
    try (EngineClient engine = new EngineClient(url)) {
      answer = engine.workflows(status, limit);
    }
    PrintWriter out = command.commandLine().getOut();
    if (json) {
      out.println(answer);
      return ExitCode.OK;
    }
    Stream<List<String>> rows =
        answer.path("workflows").valueStream().sorted(NEWEST_FIRST).map(ListCommand::row);
    Columns.aligned(Stream.concat(Stream.of(HEAD), rows).toList()).forEach(out::println);
    if (answer.path("partial").asBoolean(false)) {
      command
          .commandLine()
          .getErr()
          .println("millrace: the list is not complete: not every engine answered");
    }
    return ExitCode.OK;
  }

  private static List<String> row(JsonNode workflow) {
    JsonNode steps = workflow.path("steps");
    return List.of(
        workflow.path("workflowId").asString(""),
        workflow.path("status").asString(""),
        workflow.path("definition").asString("") + "/" + workflow.path("version").asInt(0),
        steps.path("succeeded").asInt(0) + "/" + steps.path("total").asInt(0),
        workflow.path("startedAt").asString(""));
  }

  /** The time by which the list is ordered; the beginning of time if the engine names none. */
  private static Instant startedAt(JsonNode workflow) {
    String text = workflow.path("startedAt").asString("");
    return text.isEmpty() ? Instant.MIN : Instant.parse(text);
  }
}
