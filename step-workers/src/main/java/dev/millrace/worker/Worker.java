package dev.millrace.worker;

import dev.millrace.worker.internal.WarmUps;
import dev.millrace.worker.internal.WorkerAccess;
import dev.millrace.worker.internal.WorkerRuntime;
import dev.millrace.worker.internal.WorkerSettings;
import dev.millrace.worker.spi.WarmUp;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs the steps of one queue: reads commands from the queue's topic, calls the handler of each
 * command's step type in a virtual thread, and writes its result as a completion.
 *
 * <p>Workers of one queue share its partitions as the consumer group {@code
 * <prefix>worker.<queue>}, or else as their {@link Source} says. A command is committed only after
 * the broker has its completion, so no command is lost, and a command may run more than once after
 * a crash, or when a handler takes longer than the drain timeout while its partition moves to
 * another worker.
 *
 * <p>Thread-safe. A worker is started once and closed once.
 */
public final class Worker implements AutoCloseable {
  static {
    WorkerAccess.grant(worker -> worker.settings);
  }

  private final WorkerSettings settings;
  private final List<WarmUp> warmUps;
  private final Duration warmUpTimeout;

  /** Guards what follows; nobody waits while holding it. */
  private final Object lock = new Object();

  private @Nullable WorkerRuntime runtime;
  private @Nullable Thread starting;
  private boolean closed;

  Worker(WorkerSettings settings, List<WarmUp> warmUps, Duration warmUpTimeout) {
    this.settings = settings;
    this.warmUps = List.copyOf(warmUps);
    this.warmUpTimeout = warmUpTimeout;
  }

  /** What a worker is made with. */
  public static WorkerBuilder builder() {
    return new WorkerBuilder();
  }

  /**
   * Warms up, connects to Kafka and the schema registry, checks that the topics exist, and starts
   * to work in the background.
   *
   * @throws IllegalStateException when a warm-up fails or takes too long, a topic does not exist,
   *     the worker is closed meanwhile, or it was started or closed before
   * @throws RuntimeException as Kafka's clients and the schema registry throw when they cannot be
   *     reached
   */
  public void start() {
    synchronized (lock) {
      if (runtime != null || starting != null || closed) {
        throw new IllegalStateException("a worker can be started only once: build another one");
      }
      starting = Thread.currentThread();
    }
    try {
      WarmUps.run(settings, warmUps, warmUpTimeout, this::checkOpen);
      checkOpen();
      run(WorkerRuntime.connect(settings));
    } catch (RuntimeException e) {
      throw isClosed()
          ? new IllegalStateException(
              "worker %s was closed while it started".formatted(settings.name()), e)
          : e;
    } finally {
      endStarting();
    }
  }

  private void run(WorkerRuntime connected) {
    synchronized (lock) {
      runtime = connected;
      if (closed) {
        connected.requestStop(Duration.ZERO); // it begins nothing, and closes its clients
      }
      connected.start();
    }
    checkOpen();
  }

  private void checkOpen() {
    if (isClosed()) {
      throw new IllegalStateException("closed");
    }
  }

  private boolean isClosed() {
    synchronized (lock) {
      return closed;
    }
  }

  /** An interrupt by {@link #close} is over with what it was to end. */
  private void endStarting() {
    synchronized (lock) {
      starting = null;
      if (closed) {
        Thread.interrupted();
      }
    }
  }

  /** Whether it works: it has started, and nobody has asked it to stop, nor has it by itself. */
  public boolean isRunning() {
    synchronized (lock) {
      return runtime != null && !closed && runtime.isRunning();
    }
  }

  /**
   * Waits until the worker has stopped.
   *
   * @throws WorkerStoppedException when it stopped by itself because it could not go on
   * @throws IllegalStateException when it was not started
   */
  public void awaitTermination() throws InterruptedException {
    WorkerRuntime started = started();
    started.awaitStop();
    throwFailure(started);
  }

  /**
   * Waits until the worker has stopped, but no longer than the time given.
   *
   * @return whether it has stopped
   * @throws WorkerStoppedException when it stopped by itself because it could not go on
   * @throws IllegalStateException when it was not started
   */
  public boolean awaitTermination(Duration timeout) throws InterruptedException {
    WorkerRuntime started = started();
    boolean stopped = started.awaitStop(timeout);
    if (stopped) {
      throwFailure(started);
    }
    return stopped;
  }

  /** As {@link #close(Duration)} with the drain timeout that the worker was built with. */
  @Override
  public void close() {
    close(settings.drainTimeout());
  }

  /**
   * Stops reading, lets running handlers finish, reports and commits them, leaves the group and
   * waits for all that. A handler that needs longer is abandoned: its result is dropped and its
   * command runs again, elsewhere or after a restart. Can be called again, and after the worker
   * stopped by itself. A worker that starts is told to give up, which is not waited for: {@link
   * #start} throws, and the hook that runs is interrupted.
   *
   * @param drainTimeout for the running handlers; closing the connections may take up to 20 seconds
   *     more
   */
  public void close(Duration drainTimeout) {
    WorkerRuntime started;
    synchronized (lock) {
      closed = true;
      started = runtime;
      if (started == null && starting != null) {
        starting.interrupt();
      }
    }
    if (started == null) {
      return;
    }
    started.requestStop(drainTimeout);
    try {
      started.awaitStop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What it runs, by step type, with everything that was put around it. */
  Map<String, StepHandler> handlers() {
    return settings.handlers();
  }

  private WorkerRuntime started() {
    synchronized (lock) {
      if (runtime == null) {
        throw new IllegalStateException("the worker was not started");
      }
      return runtime;
    }
  }

  private void throwFailure(WorkerRuntime stopped) {
    stopped
        .failure()
        .ifPresent(
            reason -> {
              throw new WorkerStoppedException(
                  "worker %s of queue '%s' stopped, it cannot go on: %s"
                      .formatted(settings.name(), settings.queue(), reason),
                  reason);
            });
  }
}
