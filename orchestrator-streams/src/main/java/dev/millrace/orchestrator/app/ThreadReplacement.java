package dev.millrace.orchestrator.app;

import dev.millrace.schemas.registry.RegistryUnavailableException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces a stream thread that died, with its producer and tasks, so that a passing fault heals
 * and no state passes an output that failed. A fault that keeps coming back ends the engine:
 * whoever runs the process must see it. Thread-safe.
 */
final class ThreadReplacement implements StreamsUncaughtExceptionHandler {
  private static final Logger LOG = LoggerFactory.getLogger(ThreadReplacement.class);
  private static final int REPLACEMENTS_MAX = 20;
  private static final Duration WINDOW = Duration.ofMinutes(5);

  private final Deque<Long> replacedAtNanos = new ArrayDeque<>();

  @Override
  public synchronized StreamThreadExceptionResponse handle(Throwable error) {
    if (causedByRegistry(error)) {
      LOG.error("stream thread gave up waiting for the schema registry and is replaced", error);
      return StreamThreadExceptionResponse.REPLACE_THREAD;
    }
    long now = System.nanoTime();
    while (!replacedAtNanos.isEmpty() && now - replacedAtNanos.peek() > WINDOW.toNanos()) {
      replacedAtNanos.remove();
    }
    if (replacedAtNanos.size() >= REPLACEMENTS_MAX) {
      LOG.error(
          "stream thread died; {} were replaced within {} already, so the engine shuts down",
          REPLACEMENTS_MAX,
          WINDOW,
          error);
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
    replacedAtNanos.add(now);
    LOG.error("stream thread died and is replaced; what it had not committed is read again", error);
    return StreamThreadExceptionResponse.REPLACE_THREAD;
  }

  /** Each thread waits for minutes before it dies of this, so it needs no bound. */
  private static boolean causedByRegistry(Throwable error) {
    for (Throwable each = error; each != null; each = each.getCause()) {
      if (each instanceof RegistryUnavailableException) {
        return true;
      }
    }
    return false;
  }
}
