package dev.millrace.worker.internal;

import dev.millrace.worker.spi.WarmUp;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the hooks of a worker that starts, one after another. */
public final class WarmUps {
  private static final Logger LOG = LoggerFactory.getLogger(WarmUps.class);

  private WarmUps() {}

  /**
   * Runs all hooks, in their order.
   *
   * @param timeout for each of them
   * @param before is done before each of them; what it throws ends the start
   * @throws IllegalStateException when one fails or takes too long, or the thread is interrupted
   */
  public static void run(
      WorkerSettings settings, List<WarmUp> hooks, Duration timeout, Runnable before) {
    WarmUp.Clients clients = clients(settings);
    for (int i = 0; i < hooks.size(); i++) {
      before.run();
      WarmUp hook = hooks.get(i);
      String what =
          "warm-up %d of %d (%s) of worker %s"
              .formatted(i + 1, hooks.size(), hook.getClass().getName(), settings.name());
      long start = System.nanoTime();
      run(what, hook, clients, timeout);
      LOG.info("{} took {} ms", what, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
    }
  }

  /** In a thread of its own, so that one that hangs can be given up. */
  private static void run(String what, WarmUp hook, WarmUp.Clients clients, Duration timeout) {
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              hook.run(clients);
              return null;
            });
    Thread.ofPlatform().daemon().name("millrace-warm-up").start(task);
    try {
      task.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "%s has failed, the worker does not start: %s".formatted(what, e.getCause()),
          e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "%s is not done after %s, the worker does not start: make it faster or set warmUpTimeout"
              .formatted(what, timeout),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(what + " was interrupted, the worker does not start", e);
    } finally {
      task.cancel(true);
    }
  }

  private static WarmUp.Clients clients(WorkerSettings settings) {
    return new WarmUp.Clients() {
      @Override
      public Map<String, Object> consumer(String purpose) {
        return ClientSettings.ungrouped(settings, purpose, "earliest");
      }

      @Override
      public Map<String, Object> producer(String purpose) {
        return ClientSettings.producer(settings, purpose);
      }
    };
  }
}
