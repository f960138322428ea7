package dev.millrace.cli.workflow;

import dev.millrace.schemas.Limits;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Checks the ids that users give. */
final class WorkflowIds {
  private WorkflowIds() {}

  /**
   * The id itself.
   *
   * @throws ParameterException when it is empty or too long
   */
  static String checked(CommandSpec command, String id) {
    int bytes = id.getBytes(StandardCharsets.UTF_8).length;
    if (bytes < 1 || bytes > Limits.WORKFLOW_ID_BYTES) {
      throw new ParameterException(
          command.commandLine(),
          "workflow id of %d bytes: must have 1 to %d".formatted(bytes, Limits.WORKFLOW_ID_BYTES));
    }
    return id;
  }
}
