package dev.millrace.cli.workflow;

import dev.millrace.schemas.Limits;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option that says why something is asked of the engine. */
final class ReasonOption {
  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the event log.")
  private String reason = "";

  /**
   * The reason; empty if there is none.
   *
   * @throws ParameterException when it is too long
   */
  String text() {
    if (reason.length() > Limits.MESSAGE_CHARS) {
      throw new ParameterException(
          command.commandLine(),
          "reason of %d characters: must have at most %d"
              .formatted(reason.length(), Limits.MESSAGE_CHARS));
    }
    return reason;
  }
}
