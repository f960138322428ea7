package dev.millrace.orchestrator.processor;

import dev.millrace.schemas.registry.RegistryUnavailableException;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits while the schema registry cannot be asked about a schema not met before. The record is
 * neither lost nor a dead letter, and those behind it must wait anyway: their order holds.
 */
final class RegistryOutage {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryOutage.class);
  private static final Duration PAUSE = Duration.ofMillis(500);

  /** Well below the time after which Kafka thinks a consumer that does not poll is dead. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private RegistryOutage() {}

  /** Work that may need the registry before it has any effect. */
  @FunctionalInterface
  interface Work<T extends @Nullable Object> {
    T run() throws MalformedRecordException;
  }

  /**
   * Does work, again and again while the registry is away.
   *
   * @throws RegistryUnavailableException when it stays away too long; the stream thread is then
   *     replaced and reads the record again
   */
  static <T extends @Nullable Object> T outlast(Work<T> work) throws MalformedRecordException {
    long startNanos = System.nanoTime();
    while (true) {
      try {
        return work.run();
      } catch (RegistryUnavailableException e) {
        if (System.nanoTime() - startNanos > PATIENCE.toNanos()) {
          throw e;
        }
        LOG.warn("the schema registry cannot be asked; intake waits: {}", e.getMessage());
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }
}
