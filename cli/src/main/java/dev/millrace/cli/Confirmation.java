package dev.millrace.cli;

import java.io.Console;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of commands that do much at once: what it would be, and whether it is meant. */
public final class Confirmation {
  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Option(names = "--dry-run", description = "Only list what it would be done to.")
  private boolean dryRun;

  @Option(names = "--yes", description = "Do not ask.")
  private boolean yes;

  public boolean isDryRun() {
    return dryRun;
  }

  /**
   * Asks, unless it was said in advance.
   *
   * @param question what would be done
   * @return whether to do it
   * @throws ParameterException when nobody can be asked
   */
  @SuppressWarnings("SystemConsoleNull") // null again since Java 25 where nobody sits
  public boolean given(String question) {
    if (yes) {
      return true;
    }
    Console console = System.console();
    if (console == null || !console.isTerminal()) {
      throw new ParameterException(
          command.commandLine(), question + " There is nobody to ask here; confirm with --yes");
    }
    String answer = console.readLine("%s [y/N] ", question);
    return answer != null && answer.strip().equalsIgnoreCase("y");
  }
}
