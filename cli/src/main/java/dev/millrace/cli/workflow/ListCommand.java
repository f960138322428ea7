package dev.millrace.cli.workflow;

import dev.millrace.cli.connection.ConnectionOptions;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    description =
        "Lists workflows that the engine knows: as many as asked for in the order of their ids, and of these the ones started last first.")
public final class ListCommand implements Callable<Integer> {
  private static final int LIMIT_MAX = 100_000;
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

  @Mixin private WhereOption filter = new WhereOption();

  @Option(
      names = "--after",
      paramLabel = "ID",
      description = "Go on behind this id, as the end of a former list says.")
  private String after = "";

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "At most so many, 1 to " + LIMIT_MAX + " (${DEFAULT-VALUE}).")
  private int limit;

  @Option(names = "--json", description = "One JSON object a line.")
  private boolean json;

  @Override
  public Integer call() {
    if (limit < 1 || limit > LIMIT_MAX) {
      throw new ParameterException(
          command.commandLine(), "limit %d: must be 1 to %d".formatted(limit, LIMIT_MAX));
    }
    Map<String, String> asked = new LinkedHashMap<>(filter.parts());
    if (!status.isEmpty()) {
      asked.put("status", status);
    }
    WorkflowPages pages;
    try (EngineClient engine = new EngineClient(where.engine())) {
      pages = WorkflowPages.read(engine, asked, after, limit);
    }
    PrintWriter out = command.commandLine().getOut();
    if (json) {
      pages.workflows().forEach(out::println);
    } else {
      Stream<List<String>> rows =
          pages.workflows().stream().sorted(NEWEST_FIRST).map(ListCommand::row);
      Columns.aligned(Stream.concat(Stream.of(HEAD), rows).toList()).forEach(out::println);
    }
    PrintWriter err = command.commandLine().getErr();
    if (pages.next() != null) {
      err.println("millrace: there are more; go on with --after '%s'".formatted(pages.next()));
    }
    if (pages.partial()) {
      err.println(
          "millrace: the list is not complete: not every engine answered, or could read all definitions");
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
