package dev.millrace.cli.engine;

import dev.millrace.cli.PropertiesFile;
import dev.millrace.cli.connection.ConnectionOptions;
import dev.millrace.orchestrator.app.EngineMain;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs an engine until it is interrupted or ends by a fault. */
@Command(
    name = "engine",
    mixinStandardHelpOptions = true,
    description = {
      "Runs an engine until it is interrupted; then it commits and closes. Prints 'ready' and its"
          + " HTTP port once it runs.",
      "A setting is taken from the first of these that has it: --set, the options and variables of"
          + " the connection, the last --config that has it."
    })
public final class EngineCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Mixin
  @SuppressWarnings("NullAway.Init") // set by picocli
  private ConnectionOptions connection;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Properties: settings of the engine; may be repeated, the last one wins.")
  private List<Path> configs = List.of();

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "One such setting; may be repeated.")
  private Map<String, String> set = Map.of();

  @Override
  public Integer call() throws InterruptedException {
    return EngineMain.run(settings());
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new HashMap<>();
    try {
      configs.forEach(file -> settings.putAll(PropertiesFile.read("configuration", file)));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
    settings.putAll(connection.engineSettings());
    settings.putAll(set);
    return settings;
  }
}
