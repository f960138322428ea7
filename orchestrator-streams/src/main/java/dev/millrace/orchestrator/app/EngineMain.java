package dev.millrace.orchestrator.app;

import dev.millrace.orchestrator.config.EngineConfig;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/**
 * Runs one engine as a process: {@code --config FILE}, a properties file of {@link EngineConfig}.
 * Prints {@code ready <http port>} once it runs; logs to standard error. Ends on SIGTERM, or with
 * exit code 1 by a fault.
 */
public final class EngineMain {
  private static final String LOGBACK = "logback.configurationFile";

  private EngineMain() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    // Takes effect with Logback, before the first logger is made, and only if nobody chose.
    if (System.getProperty(LOGBACK) == null) {
      System.setProperty(LOGBACK, "dev/millrace/orchestrator/app/logback.xml");
    }
    if (arguments.length != 2 || !arguments[0].equals("--config")) {
      System.err.println("usage: EngineMain --config FILE");
      System.exit(2);
    }
    Engine engine = Engine.create(new EngineConfig(read(Path.of(arguments[1]))));
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().name("engine-shutdown").unstarted(engine::close));
    engine.start();
    while (!engine.awaitRunning(Duration.ofSeconds(1))) {
      if (engine.hasFailed()) {
        System.exit(1);
      }
    }
    System.out.println("ready " + engine.httpPort());
    engine.awaitStopped();
    if (engine.hasFailed()) {
      System.exit(1);
    }
  }

  private static Map<String, String> read(Path file) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(reader);
    }
    Map<String, String> settings = new HashMap<>();
    properties.stringPropertyNames().forEach(key -> settings.put(key, properties.getProperty(key)));
    return settings;
  }
}
