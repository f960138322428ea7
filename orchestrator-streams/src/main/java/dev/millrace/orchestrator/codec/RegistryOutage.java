package dev.millrace.orchestrator.codec;

import dev.millrace.schemas.registry.RegistryUnavailableException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits while the schema registry cannot be asked. The record that needs it is neither lost nor a
 * dead letter, and those behind it must wait anyway: their order holds. Thread-safe.
 */
public final class RegistryOutage {
  /**
   * How long a stream thread waits: well below the time after which Kafka thinks a consumer that
   * does not poll is dead.
   */
  public static final Duration STREAM_THREAD_PATIENCE = Duration.ofMinutes(2);

  private static final Logger LOG = LoggerFactory.getLogger(RegistryOutage.class);
  private static final Duration PAUSE = Duration.ofMillis(500);

  /** A warning at first and then every half minute. */
  private static final int PAUSES_A_WARNING = 60;

  private final long patienceNanos;
  private final CountDownLatch stopping;
  private final AtomicInteger waiting = new AtomicInteger();

  private RegistryOutage(long patienceNanos, CountDownLatch stopping) {
    this.patienceNanos = patienceNanos;
    this.stopping = stopping;
  }

  /**
   * For a stream thread: it is replaced when the registry stays away for longer than {@link
   * #STREAM_THREAD_PATIENCE}, and its successor reads the record again.
   *
   * @param stopping nobody waits any more once it is counted down: the engine stops
   */
  public static RegistryOutage ofAStreamThread(CountDownLatch stopping) {
    return new RegistryOutage(STREAM_THREAD_PATIENCE.toNanos(), stopping);
  }

  /**
   * For the thread that reads definitions: waits for as long as it takes, since nothing could take
   * its place and no group expects it to poll.
   *
   * @param stopping nobody waits any more once it is counted down: the engine stops
   */
  public static RegistryOutage ofTheDefinitions(CountDownLatch stopping) {
    return new RegistryOutage(Long.MAX_VALUE, stopping);
  }

  /** Whether somebody waits now. */
  public boolean isOn() {
    return waiting.get() > 0;
  }

  /**
   * Asks a question, again and again while the registry is away.
   *
   * @param question has no effect but its answer
   * @throws RegistryUnavailableException when it stays away too long or the engine stops
   */
  public <T extends @Nullable Object> T outlast(Supplier<T> question) {
    try {
      return question.get();
    } catch (RegistryUnavailableException e) {
      waiting.incrementAndGet();
      try {
        return askAgain(question, e);
      } finally {
        waiting.decrementAndGet();
      }
    }
  }

  private <T extends @Nullable Object> T askAgain(
      Supplier<T> question, RegistryUnavailableException first) {
    long startNanos = System.nanoTime();
    RegistryUnavailableException last = first;
    for (int pause = 0; System.nanoTime() - startNanos < patienceNanos; pause++) {
      if (pause % PAUSES_A_WARNING == 0) {
        LOG.warn("the schema registry cannot be asked; intake waits: {}", last.getMessage());
      }
      if (stopsWithin(PAUSE)) {
        throw last;
      }
      try {
        return question.get();
      } catch (RegistryUnavailableException e) {
        last = e;
      }
    }
    throw last;
  }

  private boolean stopsWithin(Duration pause) {
    try {
      return stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
