package dev.millrace.cli.workflow;

import dev.millrace.schemas.Limits;
import dev.millrace.schemas.v1.Payload;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What is said of a workflow that is to be started, now or by a schedule. */
final class StartOptions {
  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Option(
      names = "--input",
      paramLabel = PayloadArgument.LABEL,
      description = "Input of the workflow" + PayloadArgument.FORM)
  private @Nullable String input;

  @Option(names = "--tenant", paramLabel = "NAME", description = "Owner of the workflow.")
  private String tenant = "";

  @Option(
      names = "--priority",
      paramLabel = "N",
      defaultValue = "5",
      description = "0 (lowest) to 9 (highest); ${DEFAULT-VALUE} if not given.")
  private int priority;

  /**
   * Its input.
   *
   * @throws ParameterException when it cannot be read, is no JSON or too large
   */
  @Nullable Payload input() {
    return PayloadArgument.read(command, "input", input);
  }

  /**
   * Its owner.
   *
   * @throws ParameterException when the name is too long
   */
  String tenant() {
    if (tenant.length() > Limits.TENANT_CHARS) {
      throw new ParameterException(
          command.commandLine(),
          "tenant of %d characters: must have at most %d"
              .formatted(tenant.length(), Limits.TENANT_CHARS));
    }
    return tenant;
  }

  /**
   * Its priority.
   *
   * @throws ParameterException when it is out of range
   */
  int priority() {
    return checkedPriority(command, priority);
  }

  /**
   * A priority itself.
   *
   * @throws ParameterException when it is out of range
   */
  static int checkedPriority(CommandSpec command, int priority) {
    if (priority < Limits.LOWEST_PRIORITY || priority > Limits.HIGHEST_PRIORITY) {
      throw new ParameterException(
          command.commandLine(),
          "priority %d: must be %d to %d"
              .formatted(priority, Limits.LOWEST_PRIORITY, Limits.HIGHEST_PRIORITY));
    }
    return priority;
  }
}
