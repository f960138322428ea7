package dev.millrace.cli.workflow;

import dev.millrace.schemas.v1.WorkflowControl;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options that only one kind of control has. */
sealed interface ControlDetails {
  /**
   * Adds what the options say.
   *
   * @throws ParameterException when a value makes no sense
   */
  void addTo(WorkflowControl.Builder control, CommandSpec command);

  /** There are none. */
  @Command
  final class None implements ControlDetails {
    @Override
    public void addTo(WorkflowControl.Builder control, CommandSpec command) {}
  }

  /** A step. */
  final class OfStep implements ControlDetails {
    @Option(names = "--step", paramLabel = "STEP", required = true, description = "The step.")
    private String step = "";

    @Override
    public void addTo(WorkflowControl.Builder control, CommandSpec command) {
      control.setStep(step);
    }
  }

  /** A step and the output that it is given by hand. */
  final class Resolution implements ControlDetails {
    @Option(names = "--step", paramLabel = "STEP", required = true, description = "The step.")
    private String step = "";

    @Option(
        names = "--output",
        paramLabel = PayloadArgument.LABEL,
        description = "What the step is taken to have returned" + PayloadArgument.FORM)
    private @Nullable String output;

    @Override
    public void addTo(WorkflowControl.Builder control, CommandSpec command) {
      control.setStep(step).setPayload(PayloadArgument.read(command, "output", output));
    }
  }

  /** A signal. */
  final class Signal implements ControlDetails {
    @Option(
        names = "--name",
        paramLabel = "SIGNAL",
        required = true,
        description = "Name of the signal.")
    private String name = "";

    @Option(
        names = "--payload",
        paramLabel = PayloadArgument.LABEL,
        description = "What it brings" + PayloadArgument.FORM)
    private @Nullable String payload;

    @Override
    public void addTo(WorkflowControl.Builder control, CommandSpec command) {
      control.setName(name).setPayload(PayloadArgument.read(command, "payload", payload));
    }
  }

  /** A priority. */
  final class Priority implements ControlDetails {
    @Option(
        names = "--to",
        paramLabel = "N",
        required = true,
        description = "0 (lowest) to 9 (highest).")
    private int priority;

    @Override
    public void addTo(WorkflowControl.Builder control, CommandSpec command) {
      control.setPriority(StartOptions.checkedPriority(command, priority));
    }
  }

  /** A version of the definition. */
  final class Version implements ControlDetails {
    @Option(
        names = "--to",
        paramLabel = "VERSION",
        required = true,
        description = "Version of the definition to go on with.")
    private int version;

    @Option(
        names = "--check",
        description =
            "Change nothing: the engine only says in an event what would change and what it breaks.")
    private boolean check;

    @Override
    public void addTo(WorkflowControl.Builder control, CommandSpec command) {
      if (version < 1) {
        throw new ParameterException(
            command.commandLine(), "version %d: versions start at 1".formatted(version));
      }
      control.setVersion(version).setDryRun(check);
    }
  }
}
