package dev.millrace.orchestrator.app;

import dev.millrace.orchestrator.config.EngineConfig;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Runs one engine as a process: {@code --config FILE}, a properties file of {@link EngineConfig}.
 * Prints {@code ready <http port>} once it runs; logs to standard error. Ends on SIGTERM, with exit
 * code 1 by a fault, or with 2 when it cannot start: then one sentence on standard error says why,
 * and the log has the stack trace at DEBUG.
 */
public final class EngineMain {
  private static final String LOGBACK = "logback.configurationFile";

  private static final int FAULT = 1;
  private static final int NOT_STARTED = 2;

  private EngineMain() {}

  public static void main(String[] arguments) throws InterruptedException {
    // Takes effect with Logback, before the first logger is made, and only if nobody chose.
    if (System.getProperty(LOGBACK) == null) {
      System.setProperty(LOGBACK, "dev/millrace/orchestrator/app/logback.xml");
    }
    if (arguments.length != 2 || !arguments[0].equals("--config")) {
      System.err.println("usage: EngineMain --config FILE");
      System.exit(NOT_STARTED);
    }
    Map<String, String> settings;
    try {
      settings = read(Path.of(arguments[1]));
    } catch (IOException | IllegalArgumentException e) {
      System.exit(notStarted(e));
      return;
    }
    int exitCode = run(settings);
    if (exitCode != 0) {
      System.exit(exitCode);
    }
  }

  /**
   * Runs one engine in this process until it stops, which the end of the process makes it do.
   *
   * @return the exit code: 0 when it was closed, 1 when it ended by a fault, 2 when it could not
   *     start
   */
  public static int run(Map<String, String> settings) throws InterruptedException {
    @Nullable Engine engine = null;
    try {
      engine = Engine.create(new EngineConfig(settings));
      Runtime.getRuntime()
          .addShutdownHook(Thread.ofPlatform().name("engine-shutdown").unstarted(engine::close));
      engine.start();
    } catch (RuntimeException e) {
      return notStarted(e);
    } catch (Error e) {
      // The threads that have begun would keep a process alive that never gets ready.
      LoggerFactory.getLogger(EngineMain.class).error("the engine cannot start", e);
      if (engine != null) {
        engine.close();
      }
      return FAULT;
    }
    while (!engine.awaitRunning(Duration.ofSeconds(1))) {
      if (engine.hasFailed()) {
        return FAULT;
      }
    }
    System.out.println("ready " + engine.httpPort());
    engine.awaitStopped();
    return engine.hasFailed() ? FAULT : 0;
  }

  private static int notStarted(Exception reason) {
    LoggerFactory.getLogger(EngineMain.class).debug("the engine cannot start", reason);
    System.err.println("millrace: " + sentence(reason));
    return NOT_STARTED;
  }

  /** What happened; Kafka's clients say why in the cause alone. */
  private static String sentence(Exception failure) {
    if (failure instanceof NoSuchFileException) {
      return "configuration file %s does not exist".formatted(failure.getMessage());
    }
    String sentence =
        failure.getMessage() == null ? failure.getClass().getName() : failure.getMessage();
    return failure instanceof KafkaException && failure.getCause() != null
        ? sentence + ": " + failure.getCause().getMessage()
        : sentence;
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
