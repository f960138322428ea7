package dev.millrace.cli.workflow;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.connection.ConnectionOptions;
import dev.millrace.cli.definition.PublishedDefinitions;
import dev.millrace.orchestrator.codec.DefinitionDecoder;
import dev.millrace.orchestrator.codec.WorkflowHistory;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.schemas.v1.StartDetail;
import dev.millrace.schemas.wire.EventHistory;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.io.PrintWriter;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Rebuilds the state of a workflow at any point of its history from the event log. */
@Command(
    name = "state",
    mixinStandardHelpOptions = true,
    description =
        "Shows the state of one workflow, now or at any time before, rebuilt from its events.")
public final class StateCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Mixin private ConnectionOptions where = new ConnectionOptions();

  @Parameters(paramLabel = "ID", description = "The workflow.")
  private String workflowId = "";

  @Option(
      names = "--at",
      paramLabel = "SEQ|TIME",
      description =
          "As it was after the event with this number, or at this time, such as 2026-11-21T10:00:00Z; behind the last event, as that one left it.")
  private String at = "";

  @Option(names = "--json", description = "One JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    WorkflowIds.checked(command, workflowId);
    Until until = until();
    Connection connection = where.connect();
    EventHistory log = WorkflowLog.read(connection, workflowId, this::note);
    List<EventHistory.Entry> ofWorkflow =
        log.entries().stream().filter(entry -> entry.scope().isEmpty()).toList();
    if (ofWorkflow.isEmpty()) {
      throw new CommandFailedException(
          "workflow '%s': the topic has events of its branches alone, and a state can only be rebuilt from the start"
              .formatted(workflowId));
    }
    EventHistory.Entry first = ofWorkflow.getFirst();
    StartDetail start = first.event().getStart();
    if (start == null) {
      throw new CommandFailedException(
          "workflow '%s': its first event is %s %d, and a state can only be rebuilt from the start; the topic no longer has it, or the start was rejected"
              .formatted(workflowId, first.event().getType(), first.sequence()));
    }
    List<EventHistory.Entry> entries = ofWorkflow.stream().filter(until.includes()).toList();
    if (entries.isEmpty()) {
      throw new CommandFailedException(
          "workflow '%s': there was none at %s; its first event is of %s"
              .formatted(workflowId, at, first.at()));
    }
    EventHistory.Entry last = ofWorkflow.getLast();
    if (until.isBehind().test(last)) {
      note(
          "--at %s is behind the last event, %d of %s: this is the state as that one left it"
              .formatted(at, last.sequence(), last.at()));
    }
    WorkflowHistory history = fold(connection, start, entries);
    WorkflowStateReport report = WorkflowStateReport.of(workflowId, history, entries.getLast());
    PrintWriter out = command.commandLine().getOut();
    if (json) {
      out.println(report.json());
    } else {
      report.text().forEach(out::println);
    }
    return ExitCode.OK;
  }

  /**
   * Until when events count.
   *
   * @param includes whether an event does
   * @param isBehind whether that is later than the event itself
   */
  private record Until(
      Predicate<EventHistory.Entry> includes, Predicate<EventHistory.Entry> isBehind) {}

  private Until until() {
    if (at.isEmpty()) {
      return new Until(entry -> true, entry -> false);
    }
    if (at.matches("[0-9]{1,18}")) {
      long last = Long.parseLong(at, 10);
      return new Until(entry -> entry.sequence() <= last, entry -> entry.sequence() < last);
    }
    try {
      Instant last = OffsetDateTime.parse(at).toInstant();
      return new Until(entry -> !entry.at().isAfter(last), entry -> entry.at().isBefore(last));
    } catch (DateTimeException e) {
      throw new ParameterException(
          command.commandLine(),
          "--at %s: must be the number of an event, or a time such as 2026-11-21T10:00:00Z"
              .formatted(at),
          e);
    }
  }

  private WorkflowHistory fold(
      Connection connection, StartDetail start, List<EventHistory.Entry> entries) {
    try {
      WorkflowHistory history = begun(connection, start);
      for (EventHistory.Entry entry : entries) {
        history.apply(entry);
      }
      return history;
    } catch (MalformedRecordException e) {
      throw new CommandFailedException(
          "workflow '%s': its state cannot be rebuilt: %s".formatted(workflowId, e.getMessage()),
          e);
    }
  }

  private WorkflowHistory begun(Connection connection, StartDetail start)
      throws MalformedRecordException {
    DefinitionDecoder decoder = new DefinitionDecoder(connection.topics(), connection.registry());
    if (start.getInlineDefinition() != null) {
      return WorkflowHistory.of(decoder.inline(start.getInlineDefinition()));
    }
    PublishedDefinitions published =
        PublishedDefinitions.read(
            connection, start.getDefinition(), start.getVersion(), this::note);
    if (published.contents().isEmpty()) {
      throw new CommandFailedException(
          "workflow '%s': its definition %s/%d is not published any more; publish it again with the same content"
              .formatted(workflowId, start.getDefinition(), start.getVersion()));
    }
    if (published.contents().size() > 1) {
      note(
          "definition %s/%d was published with %d contents; the first is taken for that of the workflow"
              .formatted(start.getDefinition(), start.getVersion(), published.contents().size()));
    }
    return WorkflowHistory.of(
        decoder.inline(published.contents().getFirst()).compiled(),
        version -> version(connection, decoder, start.getDefinition(), version));
  }

  /** A version that the workflow was migrated to; null when it is not published any more. */
  private @Nullable CompiledDefinition version(
      Connection connection, DefinitionDecoder decoder, String name, int version) {
    PublishedDefinitions published =
        PublishedDefinitions.read(connection, name, version, this::note);
    try {
      return published.contents().isEmpty()
          ? null
          : decoder.inline(published.contents().getFirst()).compiled();
    } catch (MalformedRecordException e) {
      throw new CommandFailedException(
          "definition %s/%d cannot be read: %s".formatted(name, version, e.getMessage()), e);
    }
  }

  private void note(String text) {
    command.commandLine().getErr().println("millrace: " + text);
  }
}
