package dev.millrace.cli.workflow;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.connection.ConnectionOptions;
import dev.millrace.cli.connection.RecordSender;
import dev.millrace.cli.definition.PublishedDefinitions;
import dev.millrace.orchestrator.definition.DurationText;
import dev.millrace.schemas.v1.ScheduleAction;
import dev.millrace.schemas.v1.ScheduleSpec;
import dev.millrace.schemas.v1.WorkflowSchedule;
import dev.millrace.schemas.wire.AvroCodec;
import java.io.PrintWriter;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** Sets, changes and shows schedules. */
@Command(
    name = "schedule",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Sets, changes and shows schedules, which start workflows at their times.")
public final class ScheduleCommand {
  private static final int LIST_MAX = 10_000;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Command(
      name = "set",
      mixinStandardHelpOptions = true,
      description =
          "Makes a schedule, or changes it as a whole; what is left out goes back to its default.")
  int set(
      @Mixin ConnectionOptions where,
      @Mixin GivenSchedule schedule,
      @Mixin ScheduleOptions options,
      @Mixin StartOptions start,
      @Mixin WaitOption wait,
      @Parameters(
              index = "1",
              paramLabel = "DEFINITION",
              description =
                  "Name of the definition, or name/version; without a version the highest at each time.")
          String definition) {
    ScheduleSpec spec = options.spec(definition, start);
    if (!PublishedDefinitions.has(where.connect(), spec.getDefinition(), spec.getVersion())) {
      note(
          "definition '%s' is not registered; until it is, each slot fails and its start becomes a dead letter: 'millrace register FILE'"
              .formatted(definition));
    }
    return send(
        where, schedule, wait, "schedule", change(ScheduleAction.SET).setSchedule(spec).build());
  }

  @Command(
      name = "pause",
      mixinStandardHelpOptions = true,
      description =
          "Holds all that a schedule would start; the times until it resumes are left out.")
  int pause(
      @Mixin ConnectionOptions where,
      @Mixin GivenSchedule schedule,
      @Mixin ReasonOption reason,
      @Mixin WaitOption wait) {
    return send(where, schedule, wait, "pause of", because(ScheduleAction.PAUSE, reason));
  }

  @Command(
      name = "resume",
      mixinStandardHelpOptions = true,
      description = "Lets a schedule go on with the times from now on.")
  int resume(
      @Mixin ConnectionOptions where,
      @Mixin GivenSchedule schedule,
      @Mixin ReasonOption reason,
      @Mixin WaitOption wait) {
    return send(where, schedule, wait, "resume of", because(ScheduleAction.RESUME, reason));
  }

  @Command(
      name = "delete",
      mixinStandardHelpOptions = true,
      description = "Deletes a schedule; what it has started goes on.")
  int delete(
      @Mixin ConnectionOptions where, @Mixin GivenSchedule schedule, @Mixin WaitOption wait) {
    return send(where, schedule, wait, "delete of", null);
  }

  @Command(
      name = "backfill",
      mixinStandardHelpOptions = true,
      description = "Starts workflows for the times of a range in the past.")
  int backfill(
      @Mixin ConnectionOptions where,
      @Mixin GivenSchedule schedule,
      @Mixin WaitOption wait,
      @Option(
              names = "--from",
              required = true,
              paramLabel = "TIME",
              description = "The first time of the range, such as 2026-11-21T10:00:00Z.")
          String from,
      @Option(
              names = "--to",
              required = true,
              paramLabel = "TIME",
              description = "The first time behind the range.")
          String to,
      @Option(
              names = "--overlap",
              paramLabel = "POLICY",
              description =
                  "skip, queue, allow or cancel-previous (that of the schedule; with skip only the first is started).")
          @Nullable String overlap) {
    WorkflowSchedule change =
        change(ScheduleAction.BACKFILL)
            .setFrom(time("from", from))
            .setTo(time("to", to))
            .setOverlap(overlap == null ? null : ScheduleOptions.policy(command, overlap))
            .build();
    return send(where, schedule, wait, "back-fill of", change);
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Shows where one schedule stands, as the engine knows it.")
  int show(
      @Mixin ConnectionOptions where,
      @Mixin GivenSchedule schedule,
      @Option(names = "--json", description = "The engine's own answer.") boolean json) {
    String scheduleId = schedule.id();
    try (EngineClient engine = new EngineClient(where.engine())) {
      JsonNode found =
          engine
              .schedule(scheduleId)
              .orElseThrow(
                  () ->
                      new CommandFailedException(
                          "schedule '%s': the engine knows none of that id; what was refused is in the dead letters"
                              .formatted(scheduleId)));
      if (json) {
        out().println(found);
      } else {
        ScheduleText.show(out(), found);
      }
    }
    return ExitCode.OK;
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists schedules that the engine knows.")
  int list(
      @Mixin ConnectionOptions where,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "100",
              description = "At most so many, 1 to " + LIST_MAX + " (${DEFAULT-VALUE}).")
          int limit,
      @Option(names = "--json", description = "The engine's own answer.") boolean json) {
    if (limit < 1 || limit > LIST_MAX) {
      throw refused("limit %d: must be 1 to %d".formatted(limit, LIST_MAX));
    }
    JsonNode answer;
    try (EngineClient engine = new EngineClient(where.engine())) {
      answer = engine.schedules(limit);
    }
    if (json) {
      out().println(answer);
      return ExitCode.OK;
    }
    ScheduleText.list(out(), answer.path("schedules"));
    if (answer.path("partial").asBoolean(false)) {
      note("the list is not complete: raise --limit, or not every engine answered");
    }
    return ExitCode.OK;
  }

  private static WorkflowSchedule.Builder change(ScheduleAction action) {
    return WorkflowSchedule.newBuilder()
        .setAction(action)
        .setRequestedBy(System.getProperty("user.name", ""));
  }

  private static WorkflowSchedule because(ScheduleAction action, ReasonOption reason) {
    return change(action).setReason(reason.text()).build();
  }

  /**
   * Sends a change of a schedule, and says so or, if that is wanted, what the engine made of it.
   *
   * @param what its name for the user, which goes before the id
   * @param change null to delete it
   */
  private int send(
      ConnectionOptions where,
      GivenSchedule schedule,
      WaitOption wait,
      String what,
      @Nullable WorkflowSchedule change) {
    String scheduleId = schedule.id();
    Connection connection = where.connect();
    String topic = connection.topics().schedules();
    byte[] value =
        change == null
            ? null
            : new AvroCodec<>(WorkflowSchedule.class, topic, connection.registry()).encode(change);
    if (!wait.isGiven()) {
      RecordSender.send(connection, topic, scheduleId, value);
      out()
          .printf(
              "%s %s sent; 'millrace schedule show %s' shows its effect%n",
              what, scheduleId, scheduleId);
      return ExitCode.OK;
    }
    try (ScheduleOutcome outcome = new ScheduleOutcome(connection, scheduleId, this::note)) {
      long offset = RecordSender.send(connection, topic, scheduleId, value);
      ScheduleOutcome.Verdict verdict =
          outcome
              .await(offset, wait.limit())
              .orElseThrow(
                  () ->
                      new CommandFailedException(
                          "%s %s: sent, and nothing was heard of it within %s: no engine runs, or it changes nothing; see 'millrace schedule show %s'"
                              .formatted(
                                  what, scheduleId, DurationText.print(wait.limit()), scheduleId)));
      verdict.lines().forEach(out()::println);
      return verdict.isTaken() ? ExitCode.OK : WaitOption.REFUSED;
    }
  }

  private Instant time(String option, String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw refused(
          "--%s '%s': must be a time such as 2026-11-21T10:00:00Z".formatted(option, text));
    }
  }

  private ParameterException refused(String message) {
    return new ParameterException(command.commandLine(), message);
  }

  private void note(String text) {
    command.commandLine().getErr().println("millrace: " + text);
  }

  private PrintWriter out() {
    return command.commandLine().getOut();
  }
}
