package dev.millrace.cli.workflow;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.connection.ConnectionOptions;
import dev.millrace.cli.connection.PartitionReader;
import dev.millrace.schemas.v1.WorkflowEvents;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what happened to one workflow, from the event log. */
@Command(
    name = "events",
    mixinStandardHelpOptions = true,
    description = "Shows what happened to one workflow, read from the event topic.")
public final class EventsCommand implements Callable<Integer> {
  private static final Duration POLL = Duration.ofMillis(200);

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Mixin private ConnectionOptions where = new ConnectionOptions();

  @Parameters(paramLabel = "ID", description = "The workflow.")
  private String workflowId = "";

  @Option(names = "--follow", description = "Go on until the workflow ends.")
  private boolean follow;

  @Option(names = "--json", description = "One JSON object a line.")
  private boolean json;

  @Override
  public Integer call() {
    WorkflowIds.checked(command, workflowId);
    Connection connection = where.connect();
    EventHistory history = new EventHistory(workflowId);
    try (PartitionReader<WorkflowEvents> reader =
        new PartitionReader<>(
            connection, WorkflowEvents.class, connection.topics().events(), workflowId, true)) {
      while (!reader.caughtUp()) {
        read(reader, history, false);
      }
      history.events().forEach(this::print);
      if (follow) {
        while (history.events().stream().noneMatch(EventText::ends)) {
          read(reader, history, true);
        }
        return ExitCode.OK;
      }
    }
    if (history.events().isEmpty()) {
      throw new CommandFailedException(
          "workflow '%s': no events; it never started, or they are older than the topic keeps"
              .formatted(workflowId));
    }
    return ExitCode.OK;
  }

  private void read(
      PartitionReader<WorkflowEvents> reader, EventHistory history, boolean printing) {
    for (PartitionReader.Found<WorkflowEvents> found : reader.poll(POLL)) {
      if (found.key().equals(workflowId)) {
        WorkflowEvents record = found.value();
        if (printing && history.replaces(record)) {
          command
              .commandLine()
              .getErr()
              .printf(
                  "millrace: what follows replaces the events from %d on%n",
                  record.getFirstSequence());
        }
        List<EventText> added = history.add(record);
        if (printing) {
          added.forEach(this::print);
        }
      }
    }
  }

  private void print(EventText event) {
    PrintWriter out = command.commandLine().getOut();
    out.println(json ? event.json() : event.line());
    out.flush();
  }
}
