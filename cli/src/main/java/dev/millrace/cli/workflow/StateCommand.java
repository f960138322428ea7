package dev.millrace.cli.workflow;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.connection.ConnectionOptions;
import dev.millrace.cli.definition.PublishedDefinitions;
import dev.millrace.orchestrator.codec.BranchesHistory;
import dev.millrace.orchestrator.codec.DefinitionDecoder;
import dev.millrace.orchestrator.codec.WorkflowHistory;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.schemas.v1.StartDetail;
import dev.millrace.schemas.wire.EventHistory;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.io.PrintWriter;
import java.time.DateTimeException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
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
          "As it was after the event with this number, or at this time, such as 2026-11-21T10:00:00Z; behind the last event, as that one left it. Where the id was used again, the numbers go on.")
  private String at = "";

  @Option(
      names = "--branches",
      paramLabel = "STEP",
      description =
          "Also each branch of this forEach step: its status, attempt, when that is due, the child that it waits for, its failure. Up to 100,000 of them.")
  private String branchesOf = "";

  @Option(
      names = "--page",
      paramLabel = "K",
      description = "With --branches: only this page, from 0, of 1,000 branches.")
  private @Nullable Integer page;

  @Option(names = "--json", description = "One JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    WorkflowIds.checked(command, workflowId);
    if (page != null && branchesOf.isEmpty()) {
      throw new ParameterException(command.commandLine(), "--page: needs --branches");
    }
    HistoryPoint point = point();
    Connection connection = where.connect();
    EventHistory log = WorkflowLog.read(connection, workflowId, this::note);
    List<EventHistory.Entry> ofWorkflow =
        log.entries().stream().filter(entry -> entry.scope().isEmpty()).toList();
    if (ofWorkflow.isEmpty()) {
      throw new CommandFailedException(
          "workflow '%s': the topic has events of its branches alone, and a state can only be rebuilt from the start"
              .formatted(workflowId));
    }
    List<EventHistory.Entry> until = point.until(log.entries());
    WorkflowOfId which = which(ofWorkflow, until);
    EventHistory.Entry last = ofWorkflow.getLast();
    if (point.isBehind(last)) {
      note(
          "--at %s is behind the last event, %d of %s: this is the state as that one left it"
              .formatted(at, last.sequence(), last.at()));
    }
    WorkflowHistory history = fold(connection, which);
    Map<String, BranchesReport> branches = branches(history, until);
    WorkflowStateReport report =
        new WorkflowStateReport(workflowId, which, history, branches, listed(history, branches));
    PrintWriter out = command.commandLine().getOut();
    if (json) {
      out.println(report.json());
    } else {
      report.text().forEach(out::println);
    }
    return ExitCode.OK;
  }

  /**
   * The workflow that had the id at a point in the log.
   *
   * @param ofWorkflow all its events, and those of others with the id, but for those of branches
   * @param until the events until the point, with those of branches
   */
  private WorkflowOfId which(List<EventHistory.Entry> ofWorkflow, List<EventHistory.Entry> until) {
    EventHistory.Entry first = ofWorkflow.getFirst();
    List<EventHistory.Entry> entries =
        until.stream().filter(entry -> entry.scope().isEmpty()).toList();
    if (entries.isEmpty()) {
      throw new CommandFailedException(
          "workflow '%s': there was none at %s; its first event is of %s"
              .formatted(workflowId, at, first.at()));
    }
    return WorkflowOfId.at(ofWorkflow, entries)
        .orElseThrow(
            () ->
                new CommandFailedException(
                    "workflow '%s': its first event is %s %d, and a state can only be rebuilt from the start; the topic no longer has it, or the start was rejected"
                        .formatted(workflowId, first.event().getType(), first.sequence())));
  }

  private HistoryPoint point() {
    try {
      return HistoryPoint.of(at);
    } catch (DateTimeException e) {
      throw new ParameterException(
          command.commandLine(),
          "--at %s: must be the number of an event, or a time such as 2026-11-21T10:00:00Z"
              .formatted(at),
          e);
    }
  }

  /** The branches of steps, by the ids of these, after events of the log. */
  private Map<String, BranchesReport> branches(
      WorkflowHistory history, List<EventHistory.Entry> events) {
    Map<String, BranchesReport> reports = new LinkedHashMap<>();
    for (int step = 0; step < history.definition().stepCount(); step++) {
      BranchesHistory branches = history.branches(step);
      if (branches != null) {
        String id = history.definition().step(step).id();
        reports.put(id, new BranchesReport(id, branches));
      }
    }
    for (EventHistory.Entry event : events) {
      BranchesReport report = reports.get(event.event().getStep());
      if (report != null) {
        report.branches().apply(event);
      }
    }
    for (BranchesReport report : reports.values()) {
      for (String problem : report.branches().problems()) {
        note("branches of step '%s' are UNKNOWN: %s".formatted(report.step(), problem));
      }
    }
    return reports;
  }

  /** The branches that are asked for one by one; null for none. */
  private WorkflowStateReport.@Nullable Listed listed(
      WorkflowHistory history, Map<String, BranchesReport> reports) {
    if (branchesOf.isEmpty()) {
      return null;
    }
    BranchesReport report = reports.get(branchesOf);
    if (report == null) {
      CompiledDefinition definition = history.definition();
      int step = definition.indexOf(branchesOf);
      throw new CommandFailedException(
          step == CompiledDefinition.NO_STEP
              ? "definition %s/%d has no step '%s'"
                  .formatted(definition.name(), definition.version(), branchesOf)
              : "workflow '%s': step '%s' is %s and has no branches then; if the workflow has let go of them, an earlier --at shows them"
                  .formatted(workflowId, branchesOf, history.lastRunning().stepStatus(step)));
    }
    int count = report.branches().count();
    Integer asked = page;
    if (asked == null) {
      return new WorkflowStateReport.Listed(report, 0, count);
    }
    if (asked < 0 || asked >= report.pages()) {
      throw new CommandFailedException(
          "--page %d: step '%s' has %d branches, which are the pages 0 to %d"
              .formatted(asked, branchesOf, count, report.pages() - 1));
    }
    int from = asked * BranchesReport.PAGE;
    return new WorkflowStateReport.Listed(
        report, from, Math.min(count, from + BranchesReport.PAGE));
  }

  private WorkflowHistory fold(Connection connection, WorkflowOfId which) {
    try {
      WorkflowHistory history = begun(connection, which.start());
      checkEvents(history.definition());
      which.begin(history);
      for (EventHistory.Entry entry : which.events()) {
        history.apply(entry);
      }
      return history;
    } catch (MalformedRecordException e) {
      throw new CommandFailedException(
          "workflow '%s': its state cannot be rebuilt: %s".formatted(workflowId, e.getMessage()),
          e);
    }
  }

  /** A log without some of the events gives another state than the engine has, or none at all. */
  private void checkEvents(CompiledDefinition definition) {
    switch (definition.eventVerbosity()) {
      case ALL -> {}
      case STEPS ->
          note(
              "definition %s/%d publishes no held steps and heartbeats: steps that are held are shown as WAITING, and times of later heartbeats are missing"
                  .formatted(definition.name(), definition.version()));
      case WORKFLOW ->
          throw new CommandFailedException(
              "workflow '%s': definition %s/%d publishes no events of its steps, so that their state cannot be rebuilt; 'millrace status %s' shows the present one"
                  .formatted(workflowId, definition.name(), definition.version(), workflowId));
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
