package dev.millrace.cli.workflow;

import dev.millrace.cli.connection.ConnectionOptions;
import dev.millrace.cli.connection.PartitionReader;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.wire.EventHistory;
import dev.millrace.schemas.wire.EventsJson;
import java.io.PrintWriter;
import java.time.Duration;
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
    description = {
      "Shows what happened to one workflow, in the order of the event topic.",
      "Those of branches have their scope in brackets, and stand before the event that opens them."
    })
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
    EventHistory history = new EventHistory();
    try (PartitionReader<WorkflowEvents> reader =
        WorkflowLog.open(where.connect(), workflowId, true, this::note)) {
      while (!reader.caughtUp()) {
        read(reader, history, false);
      }
      history.entries().forEach(this::print);
      while (follow && history.entries().stream().noneMatch(EventHistory.Entry::endsWorkflow)) {
        read(reader, history, true);
      }
    }
    if (history.entries().isEmpty()) {
      throw WorkflowLog.none(workflowId);
    }
    for (EventHistory.Gap gap : history.gaps()) {
      note(
          "events %s%d to %d are missing: the topic no longer has them"
              .formatted(gap.scope().isEmpty() ? "" : gap.scope() + "/", gap.from(), gap.to()));
    }
    return ExitCode.OK;
  }

  private void read(
      PartitionReader<WorkflowEvents> reader, EventHistory history, boolean printing) {
    for (PartitionReader.Found<WorkflowEvents> found : reader.poll(POLL)) {
      if (found.key().equals(workflowId)) {
        WorkflowEvents record = found.value();
        EventHistory.Outcome outcome = history.add(found.offset(), record);
        if (printing) {
          if (outcome == EventHistory.Outcome.SUPERSEDED) {
            note(
                "what follows replaces the events from %d on".formatted(record.getFirstSequence()));
          }
          history.entries().stream()
              .filter(entry -> entry.scope().equals(record.getScope()))
              .filter(entry -> entry.sequence() >= record.getFirstSequence())
              .forEach(this::print);
        }
      }
    }
  }

  private void print(EventHistory.Entry entry) {
    PrintWriter out = command.commandLine().getOut();
    out.println(json ? EventsJson.line(workflowId, entry) : EventText.line(entry));
    out.flush();
  }

  private void note(String text) {
    command.commandLine().getErr().println("millrace: " + text);
  }
}
