package dev.millrace.cli;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Tells the user in one sentence why a command failed, and with {@code --verbose} from where. */
final class FailureReport implements IExecutionExceptionHandler {
  private final Millrace root;

  FailureReport(Millrace root) {
    this.root = root;
  }

  @Override
  public int handleExecutionException(
      Exception failure, CommandLine command, ParseResult arguments) {
    command
        .getErr()
        .println(command.getColorScheme().errorText("millrace: " + sentence(failure)).toString());
    if (root.verbose()) {
      failure.printStackTrace(command.getErr());
    }
    command.getErr().flush();
    return ExitCode.SOFTWARE;
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
