package dev.millrace.cli.dev;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.orchestrator.app.Engine;
import dev.millrace.orchestrator.config.EngineConfig;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** An engine in this process. */
public final class LocalEngine implements EngineStarter.RunningEngine {
  private static final Duration START_TIMEOUT = Duration.ofMinutes(5);
  private static final Duration POLL = Duration.ofMillis(200);

  private final Engine engine;

  private LocalEngine(Engine engine) {
    this.engine = engine;
  }

  /**
   * Starts an engine and waits until it runs, which after a long stop includes restoring its state.
   *
   * @throws CommandFailedException when it ends by a fault or does not run after five minutes
   */
  public static LocalEngine start(EngineStarter.Surroundings surroundings) {
    Engine engine =
        Engine.create(
            new EngineConfig(
                Map.of(
                    EngineConfig.BOOTSTRAP_SERVERS,
                    surroundings.bootstrapServers(),
                    EngineConfig.SCHEMA_REGISTRY_URL,
                    surroundings.schemaRegistryUrl(),
                    EngineConfig.TOPIC_PREFIX,
                    surroundings.topics().prefix(),
                    EngineConfig.STATE_DIR,
                    surroundings.stateFolder().toString(),
                    EngineConfig.JSON_QUEUES,
                    String.join(",", surroundings.jsonQueues()),
                    EngineConfig.HTTP_PORT,
                    Integer.toString(surroundings.httpPort()),
                    // Whoever tries things out on a full disk wants to see them run.
                    EngineConfig.INTAKE_DISK_FREE_PERCENT,
                    "0",
                    // Nobody shares the work of this engine, and after a kill the next one must
                    // wait for the session of the last to run out.
                    EngineConfig.KAFKA_PREFIX + "consumer.session.timeout.ms",
                    "6000",
                    EngineConfig.KAFKA_PREFIX + "consumer.heartbeat.interval.ms",
                    "1500")));
    try {
      engine.start();
      awaitRunning(engine);
      return new LocalEngine(engine);
    } catch (RuntimeException e) {
      engine.close();
      throw e;
    }
  }

  private static void awaitRunning(Engine engine) {
    long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
    try {
      while (!engine.awaitRunning(POLL)) {
        if (engine.hasFailed()) {
          throw new CommandFailedException("the engine ended by a fault; its log says which");
        }
        if (System.nanoTime() > deadline) {
          throw new CommandFailedException("the engine does not run after " + START_TIMEOUT);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailedException("interrupted while the engine started", e);
    }
  }

  @Override
  public Optional<String> httpUrl() {
    return Optional.of("http://127.0.0.1:" + engine.httpPort());
  }

  @Override
  public boolean awaitStopped() throws InterruptedException {
    engine.awaitStopped();
    return engine.hasFailed();
  }

  @Override
  public void close() {
    engine.close();
  }
}
