package dev.millrace.cli.workflow;

import dev.millrace.orchestrator.query.WorkflowFilter;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option that says which workflows are meant, the same for all commands that have it. */
final class WhereOption {
  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Option(
      names = "--where",
      paramLabel = "NAME=VALUE",
      description =
          "Only workflows that fit: status, definition (NAME or NAME/VERSION), tenant, failure (its type), started-before, started-after, signal (that a step waits for). All that are given must fit.")
  private Map<String, String> parts = new LinkedHashMap<>();

  boolean isGiven() {
    return !parts.isEmpty();
  }

  /**
   * What is asked of the engine.
   *
   * @throws ParameterException when a name is unknown or a value makes no sense
   */
  Map<String, String> parts() {
    try {
      WorkflowFilter.of(parts);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), "--where: " + e.getMessage(), e);
    }
    return parts;
  }
}
