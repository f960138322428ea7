package dev.millrace.cli.workflow;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.Confirmation;
import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.connection.ConnectionOptions;
import dev.millrace.cli.connection.Pace;
import dev.millrace.cli.connection.RecordSender;
import dev.millrace.orchestrator.definition.DurationText;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.WorkflowControl;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.EventHistory;
import java.io.PrintWriter;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** Asks the engine to do something to some workflows: one class for all controls. */
@Command(mixinStandardHelpOptions = true)
public final class ControlCommand implements Callable<Integer> {
  private static final int WORKFLOWS_MAX = 100_000;
  private static final int RATE_MAX = 10_000;
  private static final int ID_CHARS = 128;

  private final Control control;
  private final ControlDetails details;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Mixin private ConnectionOptions where = new ConnectionOptions();
  @Mixin private WhereOption filter = new WhereOption();
  @Mixin private ReasonOption reason = new ReasonOption();
  @Mixin private Confirmation confirmation = new Confirmation();
  @Mixin private WaitOption wait = new WaitOption();

  @Parameters(
      paramLabel = "ID",
      arity = "0..*",
      description = "The workflows; or all that fit --where, which asks the engine for them.")
  private @Nullable List<String> workflowIds;

  @Option(
      names = "--id",
      paramLabel = "ID",
      description =
          "Id of the control (a random one): a workflow that has taken one with this id does not take it again, so a command can be repeated.")
  private @Nullable String id;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "100",
      description = "At most so many workflows a second, 1 to " + RATE_MAX + " (${DEFAULT-VALUE}).")
  private int rate;

  private ControlCommand(Control control) {
    this.control = control;
    this.details = control.details();
  }

  /** The command of a control. */
  public static CommandLine of(Control control) {
    ControlCommand command = new ControlCommand(control);
    CommandLine line = new CommandLine(command);
    line.getCommandSpec()
        .name(control.verb())
        .addMixin("details", CommandSpec.forAnnotatedObject(command.details))
        .usageMessage()
        .description(
            "Asks the engine to " + control.does() + ".",
            "It has no effect on a workflow that refuses it: 'millrace events ID' shows why, and so does --wait.");
    return line;
  }

  /** What is meant by the options, and whether it is all of it. */
  private record Selection(List<String> workflowIds, boolean partial) {}

  @Override
  public Integer call() {
    check();
    String controlId = id == null ? UUID.randomUUID().toString() : id;
    WorkflowControl.Builder record =
        WorkflowControl.newBuilder()
            .setAction(control.action())
            .setReason(reason.text())
            .setRequestedBy(System.getProperty("user.name", ""))
            .setId(controlId);
    details.addTo(record, command);
    List<String> given = workflowIds;
    Selection selection = given == null ? matching() : new Selection(given, false);
    List<String> ids = selection.workflowIds().stream().distinct().toList();
    if (selection.partial()) {
      note(
          "not every engine answered, so there may be more; repeat the command with --id "
              + controlId);
    }
    if (confirmation.isDryRun()) {
      ids.forEach(out()::println);
    }
    boolean go =
        !confirmation.isDryRun()
            && !ids.isEmpty()
            && (given != null
                || confirmation.given("%s %d workflows?".formatted(control.verb(), ids.size())));
    if (!go) {
      out().printf("nothing was sent; it would be to %d workflows%n", ids.size());
      return selection.partial() ? ExitCode.SOFTWARE : ExitCode.OK;
    }
    int exitCode = carryOut(ids, record.build());
    return exitCode == ExitCode.OK && selection.partial() ? ExitCode.SOFTWARE : exitCode;
  }

  private void check() {
    if ((workflowIds == null) != filter.isGiven()) {
      throw refused("say which workflows: give their ids, or --where");
    }
    if (workflowIds != null) {
      workflowIds.forEach(each -> WorkflowIds.checked(command, each));
    }
    if (id != null && (id.isEmpty() || id.length() > ID_CHARS)) {
      throw refused("id of %d characters: must have 1 to %d".formatted(id.length(), ID_CHARS));
    }
    if (rate < 1 || rate > RATE_MAX) {
      throw refused("rate %d: must be 1 to %d".formatted(rate, RATE_MAX));
    }
  }

  private Selection matching() {
    WorkflowPages pages;
    try (EngineClient engine = new EngineClient(where.engine())) {
      pages = WorkflowPages.read(engine, filter.parts(), "", WORKFLOWS_MAX);
    }
    if (pages.next() != null) {
      throw new CommandFailedException(
          "more than %d workflows fit; narrow --where".formatted(WORKFLOWS_MAX));
    }
    return new Selection(
        pages.workflows().stream().map(ControlCommand::workflowId).toList(), pages.partial());
  }

  private static String workflowId(JsonNode workflow) {
    return workflow.path("workflowId").asString("");
  }

  private int carryOut(List<String> ids, WorkflowControl record) {
    Connection connection = where.connect();
    String topic = connection.topics().controls();
    byte[] value =
        new AvroCodec<>(WorkflowControl.class, topic, connection.registry()).encode(record);
    if (!wait.isGiven()) {
      send(connection, topic, ids, value, null);
      return ExitCode.OK;
    }
    try (ControlOutcomes outcomes = new ControlOutcomes(connection, this::note)) {
      send(connection, topic, ids, value, outcomes);
      int[] refusals = {0};
      int unseen =
          outcomes.await(
              wait.limit(), (workflowId, events) -> refusals[0] += show(workflowId, events));
      if (unseen > 0) {
        note(
            "of %d workflows nothing was heard within %s: they are unknown, have ended, or took control %s before; see 'millrace dead-letters list'"
                .formatted(unseen, DurationText.print(wait.limit()), record.getId()));
        return ExitCode.SOFTWARE;
      }
      return refusals[0] > 0 ? WaitOption.REFUSED : ExitCode.OK;
    }
  }

  private void send(
      Connection connection,
      String topic,
      List<String> ids,
      byte[] value,
      @Nullable ControlOutcomes outcomes) {
    Pace pace = new Pace(rate);
    int sent = 0;
    try (RecordSender sender = new RecordSender(connection)) {
      for (String workflowId : ids) {
        pace.await();
        long offset = sender.send(topic, workflowId, value);
        if (outcomes != null) {
          outcomes.expect(workflowId, offset);
        }
        sent++;
      }
    } finally {
      if (ids.size() > 1) {
        out().printf("%s of %d of %d workflows sent%n", control.verb(), sent, ids.size());
      } else if (sent == 1 && outcomes == null) {
        out()
            .printf(
                "%s of %s sent; 'millrace events %s' shows its effect%n",
                control.verb(), ids.getFirst(), ids.getFirst());
      }
    }
  }

  /** Shows what the control did to a workflow; 1 if it was refused. */
  private int show(String workflowId, List<EventHistory.Entry> events) {
    events.forEach(entry -> out().println(workflowId + " " + EventText.line(entry)));
    return events.stream().anyMatch(each -> each.event().getType() == EventType.CONTROL_REFUSED)
        ? 1
        : 0;
  }

  private PrintWriter out() {
    return command.commandLine().getOut();
  }

  private void note(String text) {
    command.commandLine().getErr().println("millrace: " + text);
  }

  private ParameterException refused(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
