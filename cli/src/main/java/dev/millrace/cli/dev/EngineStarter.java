package dev.millrace.cli.dev;

import dev.millrace.schemas.Topics;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Starts an engine inside the dev server. */
@FunctionalInterface
public interface EngineStarter {
  /**
   * What the engine is started with.
   *
   * @param bootstrapServers the broker
   * @param schemaRegistryUrl the registry
   * @param topics the names of the topics, which exist
   * @param stateFolder where the engine may keep its state; not there yet the first time
   * @param jsonQueues queues whose commands are JSON
   * @param httpPort port of its HTTP face on 127.0.0.1; 0 for a free one
   */
  record Surroundings(
      String bootstrapServers,
      String schemaRegistryUrl,
      Topics topics,
      Path stateFolder,
      List<String> jsonQueues,
      int httpPort) {
    public Surroundings {
      jsonQueues = List.copyOf(jsonQueues);
    }
  }

  /** An engine that runs. */
  interface RunningEngine extends AutoCloseable {
    /** Address of its HTTP face, if it has one. */
    Optional<String> httpUrl();

    /**
     * Waits until the engine has stopped: closed, or ended by a fault.
     *
     * @return whether it was a fault
     */
    boolean awaitStopped() throws InterruptedException;

    /** Stops the engine and waits until it has stopped. */
    @Override
    void close();
  }

  /** Starts an engine and returns when it works. */
  RunningEngine start(Surroundings surroundings);
}
