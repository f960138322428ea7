package dev.millrace.cli.workflow;

import dev.millrace.schemas.v1.OverlapPolicy;
import dev.millrace.schemas.v1.ScheduleSpec;
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
    return ScheduleSpec.newBuilder()
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
