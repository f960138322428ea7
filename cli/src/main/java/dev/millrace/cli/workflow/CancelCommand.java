package dev.millrace.cli.workflow;

import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.connection.ConnectionOptions;
import dev.millrace.cli.connection.RecordSender;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.v1.ControlAction;
import dev.millrace.schemas.v1.WorkflowControl;
import dev.millrace.schemas.wire.AvroCodec;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks the engine to cancel one workflow. */
@Command(
    name = "cancel",
    mixinStandardHelpOptions = true,
    description =
        "Asks the engine to cancel one workflow. It has no effect on one that has ended: see 'millrace events'.")
public final class CancelCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Mixin private ConnectionOptions where = new ConnectionOptions();

  @Parameters(paramLabel = "ID", description = "The workflow.")
  private String workflowId = "";

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the event log.")
  private String reason = "";

  @Override
  public Integer call() {
    WorkflowIds.checked(command, workflowId);
    if (reason.length() > Limits.MESSAGE_CHARS) {
      throw new ParameterException(
          command.commandLine(),
          "reason of %d characters: must have at most %d"
              .formatted(reason.length(), Limits.MESSAGE_CHARS));
    }
    Connection connection = where.connect();
    String topic = connection.topics().controls();
    WorkflowControl control =
        WorkflowControl.newBuilder()
            .setAction(ControlAction.CANCEL)
            .setReason(reason)
            .setRequestedBy(System.getProperty("user.name", ""))
            .build();
    byte[] value =
        new AvroCodec<>(WorkflowControl.class, topic, connection.registry()).encode(control);
    RecordSender.send(connection, topic, workflowId, value);
    command
        .commandLine()
        .getOut()
        .println(
            "cancel of %s sent; 'millrace status %s' shows its effect"
                .formatted(workflowId, workflowId));
    return ExitCode.OK;
  }
}
