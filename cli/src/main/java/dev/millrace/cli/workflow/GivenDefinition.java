package dev.millrace.cli.workflow;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * A definition as users name it: its name, or name/version.
 *
 * @param name its name
 * @param version its version; 0 for the highest
 */
record GivenDefinition(String name, int version) {
  /**
   * Reads what was given.
   *
   * @throws ParameterException when what is behind the slash is no version
   */
  static GivenDefinition of(CommandSpec command, String given) {
    int slash = given.lastIndexOf('/');
    return slash < 0
        ? new GivenDefinition(given, 0)
        : new GivenDefinition(
            given.substring(0, slash), version(command, given, given.substring(slash + 1)));
  }

  private static int version(CommandSpec command, String given, String text) {
    try {
      int version = Integer.parseInt(text);
      if (version >= 1) {
        return version;
      }
    } catch (NumberFormatException e) {
      throw refused(
          command, "definition '%s': after the slash comes a version number".formatted(given));
    }
    throw refused(command, "definition '%s': versions start at 1".formatted(given));
  }

  private static ParameterException refused(CommandSpec command, String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
