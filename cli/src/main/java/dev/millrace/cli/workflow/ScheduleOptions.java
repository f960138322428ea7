package dev.millrace.cli.workflow;

import dev.millrace.orchestrator.codec.ScheduleDecoder;
import dev.millrace.orchestrator.core.schedule.InvalidScheduleException;
import dev.millrace.orchestrator.core.schedule.ScheduleLimits;
import dev.millrace.orchestrator.definition.DurationText;
import dev.millrace.schemas.v1.OverlapPolicy;
import dev.millrace.schemas.v1.ScheduleSpec;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that say when a schedule starts what. */
final class ScheduleOptions {
  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Option(
      names = "--cron",
      paramLabel = "EXPRESSION",
      description =
          "When: minute, hour, day of month, month, day of week, as in '0 3 * * MON-FRI'; or @daily and the like.")
  private String cron = "";

  @Option(
      names = "--every",
      paramLabel = "PERIOD",
      description = "When: an interval, such as 15m, counted from midnight of 1970.")
  private @Nullable Duration every;

  @Option(
      names = "--time-zone",
      paramLabel = "ZONE",
      defaultValue = "UTC",
      description = "Time zone of the times, such as Europe/Zurich (${DEFAULT-VALUE}).")
  private String timeZone = "UTC";

  @Option(
      names = "--overlap",
      paramLabel = "POLICY",
      defaultValue = "skip",
      description =
          "While an earlier one runs: skip, queue, allow or cancel-previous (${DEFAULT-VALUE}).")
  private String overlap = "skip";

  @Option(
      names = "--catch-up",
      paramLabel = "PERIOD",
      defaultValue = "1d",
      description = "After an outage, start what is not older than this (${DEFAULT-VALUE}).")
  private Duration catchUp = Duration.ofDays(1);

  @Option(names = "--carry", description = "The last output is the next input.")
  private boolean carry;

  @Option(names = "--paused", description = "Start nothing until 'schedule resume'.")
  private boolean paused;

  /**
   * What the schedule says.
   *
   * @param definition what it starts, as users name it
   * @param start how
   * @throws ParameterException when an option has no meaning
   */
  ScheduleSpec spec(String definition, StartOptions start) {
    GivenDefinition given = GivenDefinition.of(command, definition);
    ScheduleSpec spec =
        ScheduleSpec.newBuilder()
            .setDefinition(given.name())
            .setVersion(given.version())
            .setCron(cron)
            .setIntervalMs(every == null ? 0 : every.toMillis())
            .setTimeZone(timeZone)
            .setOverlap(policy(command, overlap))
            .setCatchUpMs(catchUp.toMillis())
            .setPaused(paused)
            .setInput(start.input())
            .setCarry(carry)
            .setTenant(start.tenant())
            .setPriority(start.priority())
            .build();
    check(spec);
    return spec;
  }

  /** Holds it against the engine's own rules, so that what it would refuse is not even sent. */
  private void check(ScheduleSpec spec) {
    try {
      ScheduleDecoder.spec(spec).checked(System.currentTimeMillis());
    } catch (InvalidScheduleException e) {
      throw new ParameterException(command.commandLine(), sentence(e), e);
    } catch (MalformedRecordException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
  }

  /** What is wrong, in the words of the options. */
  private String sentence(InvalidScheduleException wrong) {
    return switch (wrong.reason()) {
      case INTERVAL ->
          every != null && cron.isEmpty()
              ? outOfRange(
                  "--every",
                  every,
                  "whole seconds, ",
                  ScheduleLimits.SHORTEST_INTERVAL_MS,
                  ScheduleLimits.LONGEST_INTERVAL_MS)
              : "%s of --cron and --every is given: give one of them, such as --cron '0 3 * * *' or --every 15m"
                  .formatted(cron.isEmpty() ? "neither" : "each");
      case CATCH_UP ->
          outOfRange(
              "--catch-up",
              catchUp,
              "",
              ScheduleLimits.SHORTEST_CATCH_UP_MS,
              ScheduleLimits.LONGEST_CATCH_UP_MS);
      case CRON, NEVER -> "--" + wrong.text();
      case TIME_ZONE -> "--time-zone: " + wrong.text();
      case UNKNOWN_SCHEDULE,
          ID_TOO_LONG,
          ID_IS_A_WORKFLOW,
          RANGE,
          TOO_MANY_BACKFILLS,
          ALREADY_APPLIED,
          SLOT_NOT_RUNNING ->
          wrong.text();
    };
  }

  private static String outOfRange(
      String option, Duration value, String unit, long leastMs, long mostMs) {
    return "%s %s: must be %s%s to %s"
        .formatted(
            option,
            DurationText.print(value),
            unit,
            DurationText.print(Duration.ofMillis(leastMs)),
            DurationText.print(Duration.ofMillis(mostMs)));
  }

  /**
   * The policy of a name.
   *
   * @throws ParameterException when there is none of that name
   */
  static OverlapPolicy policy(CommandSpec command, String name) {
    String constant = name.toUpperCase(Locale.ROOT).replace('-', '_');
    return Arrays.stream(OverlapPolicy.values())
        .filter(each -> each != OverlapPolicy.UNKNOWN && each.name().equals(constant))
        .findFirst()
        .orElseThrow(
            () ->
                new ParameterException(
                    command.commandLine(),
                    "overlap '%s': must be skip, queue, allow or cancel-previous".formatted(name)));
  }
}
