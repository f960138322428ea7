package dev.millrace.cli;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Tells the user in one sentence why a command failed, and with {@code --verbose} from where. */
final class FailureReport implements IExecutionExceptionHandler, IParameterExceptionHandler {
  private final Millrace root;

  FailureReport(Millrace root) {
    this.root = root;
  }

  @Override
  public int handleExecutionException(
      Exception failure, CommandLine command, ParseResult arguments) {
    print(command, sentence(failure), failure);
    return ExitCode.SOFTWARE;
  }

  @Override
  public int handleParseException(ParameterException failure, String[] arguments) {
    CommandLine command = failure.getCommandLine();
    print(
        command,
        "%s (see '%s --help')"
            .formatted(failure.getMessage(), command.getCommandSpec().qualifiedName()),
        failure);
    UnmatchedArgumentException.printSuggestions(failure, command.getErr());
    return ExitCode.USAGE;
  }

  private void print(CommandLine command, String sentence, Exception failure) {
    command.getErr().println(command.getColorScheme().errorText("millrace: " + sentence));
    if (root.verbose()) {
      failure.printStackTrace(command.getErr());
    }
    command.getErr().flush();
  }

  private static String sentence(Throwable failure) {
    Throwable shown = failure;
    while ((shown instanceof ExecutionException || shown instanceof CompletionException)
        && shown.getCause() != null) {
      shown = shown.getCause();
    }
    boolean ours = shown.getClass().getName().startsWith("dev.millrace.");
    String message = shown.getMessage();
    if (message == null) {
      return shown.getClass().getSimpleName();
    }
    return ours ? message : shown.getClass().getSimpleName() + ": " + message;
  }
}
