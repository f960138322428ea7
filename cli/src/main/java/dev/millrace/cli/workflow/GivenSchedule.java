package dev.millrace.cli.workflow;

import dev.millrace.orchestrator.core.schedule.ScheduleLimits;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The parameter that says which schedule is meant, the first of all commands that have it. */
final class GivenSchedule {
  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Parameters(index = "0", paramLabel = "ID", description = "The schedule.")
  private String scheduleId = "";

  /**
   * Its id.
   *
   * @throws ParameterException when it is empty or too long
   */
  String id() {
    int bytes = scheduleId.getBytes(StandardCharsets.UTF_8).length;
    if (bytes < 1 || bytes > ScheduleLimits.ID_BYTES) {
      throw new ParameterException(
          command.commandLine(),
          "schedule id of %d bytes: must have 1 to %d".formatted(bytes, ScheduleLimits.ID_BYTES));
    }
    return scheduleId;
  }
}
