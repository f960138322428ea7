package dev.millrace.cli.workflow;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.connection.ConnectionOptions;
import dev.millrace.cli.connection.RecordSender;
import dev.millrace.orchestrator.core.schedule.ScheduleLimits;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.v1.ScheduleAction;
import dev.millrace.schemas.v1.WorkflowSchedule;
import dev.millrace.schemas.wire.AvroCodec;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
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
          "Makes a schedule, or changes it as a whole; what is refused goes to the dead letters or the events of the schedule.")
  int set(
      @Mixin ConnectionOptions where,
      @Mixin ScheduleOptions options,
      @Parameters(paramLabel = "ID", description = "The schedule.") String scheduleId,
      @Parameters(
              paramLabel = "DEFINITION",
              description =
                  "Name of the definition, or name/version; without a version the highest at each time.")
          String definition) {
    WorkflowSchedule change =
        change(ScheduleAction.SET).setSchedule(options.spec(definition)).build();
    send(where, scheduleId, change);
    return said("schedule %s sent".formatted(scheduleId), scheduleId);
  }

  @Command(
      name = "pause",
      mixinStandardHelpOptions = true,
      description =
          "Holds all that a schedule would start; the times until it resumes are left out.")
  int pause(
      @Mixin ConnectionOptions where,
      @Parameters(paramLabel = "ID", description = "The schedule.") String scheduleId,
      @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the event log.")
          @Nullable String reason) {
    send(where, scheduleId, change(ScheduleAction.PAUSE).setReason(checked(reason)).build());
    return said("pause of %s sent".formatted(scheduleId), scheduleId);
  }

  @Command(
      name = "resume",
      mixinStandardHelpOptions = true,
      description = "Lets a schedule go on with the times from now on.")
  int resume(
      @Mixin ConnectionOptions where,
      @Parameters(paramLabel = "ID", description = "The schedule.") String scheduleId,
      @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the event log.")
          @Nullable String reason) {
    send(where, scheduleId, change(ScheduleAction.RESUME).setReason(checked(reason)).build());
    return said("resume of %s sent".formatted(scheduleId), scheduleId);
  }

  @Command(
      name = "delete",
      mixinStandardHelpOptions = true,
      description = "Deletes a schedule; what it has started goes on.")
  int delete(
      @Mixin ConnectionOptions where,
      @Parameters(paramLabel = "ID", description = "The schedule.") String scheduleId) {
    send(where, scheduleId, null);
    return said("delete of %s sent".formatted(scheduleId), scheduleId);
  }

  @Command(
      name = "backfill",
      mixinStandardHelpOptions = true,
      description = "Starts workflows for the times of a range in the past.")
  int backfill(
      @Mixin ConnectionOptions where,
      @Parameters(paramLabel = "ID", description = "The schedule.") String scheduleId,
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
    send(where, scheduleId, change);
    return said("back-fill of %s sent".formatted(scheduleId), scheduleId);
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Shows where one schedule stands, as the engine knows it.")
  int show(
      @Mixin ConnectionOptions where,
      @Parameters(paramLabel = "ID", description = "The schedule.") String scheduleId,
      @Option(names = "--json", description = "The engine's own answer.") boolean json) {
    checkedId(scheduleId);
    try (EngineClient engine = new EngineClient(where.engine())) {
      JsonNode schedule =
          engine
              .schedule(scheduleId)
              .orElseThrow(
                  () ->
                      new CommandFailedException(
                          "schedule '%s': the engine knows none of that id; what was refused is in the dead letters"
                              .formatted(scheduleId)));
      if (json) {
        out().println(schedule);
      } else {
        ScheduleText.show(out(), schedule);
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
      command
          .commandLine()
          .getErr()
          .println(
              "millrace: the list is not complete: raise --limit, or not every engine answered");
    }
    return ExitCode.OK;
  }

  private static WorkflowSchedule.Builder change(ScheduleAction action) {
    return WorkflowSchedule.newBuilder()
        .setAction(action)
        .setRequestedBy(System.getProperty("user.name", ""));
  }

  private void send(ConnectionOptions where, String scheduleId, @Nullable WorkflowSchedule change) {
    checkedId(scheduleId);
    Connection connection = where.connect();
    String topic = connection.topics().schedules();
    byte[] value =
        change == null
            ? null
            : new AvroCodec<>(WorkflowSchedule.class, topic, connection.registry()).encode(change);
    RecordSender.send(connection, topic, scheduleId, value);
  }

  private int said(String what, String scheduleId) {
    out().printf("%s; 'millrace schedule show %s' shows its effect%n", what, scheduleId);
    return ExitCode.OK;
  }

  private void checkedId(String scheduleId) {
    int bytes = scheduleId.getBytes(StandardCharsets.UTF_8).length;
    if (bytes < 1 || bytes > ScheduleLimits.ID_BYTES) {
      throw refused(
          "schedule id of %d bytes: must have 1 to %d".formatted(bytes, ScheduleLimits.ID_BYTES));
    }
  }

  private String checked(@Nullable String reason) {
    if (reason != null && reason.length() > Limits.MESSAGE_CHARS) {
      throw refused(
          "reason of %d characters: must have at most %d"
              .formatted(reason.length(), Limits.MESSAGE_CHARS));
    }
    return reason == null ? "" : reason;
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

  private PrintWriter out() {
    return command.commandLine().getOut();
  }
}
