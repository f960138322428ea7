package dev.millrace.cli.wfformat;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The import commands; does nothing by itself. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    subcommands = ImportWfFormatCommand.class,
    description = "Turns workflows of other systems into definitions.")
public final class ImportCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Override
  public void run() {
    throw new ParameterException(command.commandLine(), "say what to import: wfformat");
  }
}
