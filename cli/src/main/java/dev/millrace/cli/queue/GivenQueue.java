package dev.millrace.cli.queue;

import dev.millrace.schemas.QueueTarget;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Which queue is meant, or which step type of it. */
final class GivenQueue {
  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Parameters(index = "0", paramLabel = "QUEUE", description = "The queue.")
  private String queue = "";

  @Option(
      names = "--step-type",
      paramLabel = "TYPE",
      description = "Only steps of this type; without it all steps of the queue.")
  private String stepType = "";

  /**
   * That.
   *
   * @throws ParameterException when it can be the name of none
   */
  QueueTarget target() {
    try {
      return new QueueTarget(queue, stepType);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }
}
