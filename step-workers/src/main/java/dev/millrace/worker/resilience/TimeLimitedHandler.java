package dev.millrace.worker.resilience;

import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/** Interrupts a handler that takes too long. Thread-safe. */
final class TimeLimitedHandler implements StepHandler {
  private final StepHandler handler;
  private final Duration limit;

  TimeLimitedHandler(StepHandler handler, Duration limit) {
    this.handler = handler;
    this.limit = limit;
  }

  @Override
  public StepResult handle(StepContext context) throws Exception {
    Watch watch = new Watch(Thread.currentThread(), limit);
    Thread watching =
        Thread.ofVirtual()
            .name("millrace-time-limit")
            .inheritInheritableThreadLocals(false)
            .start(watch);
    StepResult result;
    try {
      result = handler.handle(context);
    } catch (Exception e) {
      if (watch.end()) {
        return StepResult.failed(
            Resilience.TIME_LIMIT,
            "interrupted after %d ms, its time limit: %s".formatted(limit.toMillis(), e));
      }
      throw e;
    } finally {
      watch.end();
      watching.interrupt();
    }
    return result;
  }

  /** Waits for the limit, then interrupts a call that has not ended. */
  private static final class Watch implements Runnable {
    private final ReentrantLock lock = new ReentrantLock();
    private final Thread handler;
    private final Duration limit;
    private boolean hasEnded;
    private boolean hasInterrupted;

    Watch(Thread handler, Duration limit) {
      this.handler = handler;
      this.limit = limit;
    }

    @Override
    public void run() {
      try {
        Thread.sleep(limit);
      } catch (InterruptedException e) {
        return; // the call has ended in time
      }
      lock.lock();
      try {
        if (!hasEnded) {
          hasInterrupted = true;
          handler.interrupt();
        }
      } finally {
        lock.unlock();
      }
    }

    /**
     * The call has ended: it is not interrupted any more, and an interrupt that it has not seen is
     * gone.
     *
     * @return whether it was interrupted
     */
    boolean end() {
      lock.lock();
      try {
        if (!hasEnded && hasInterrupted) {
          Thread.interrupted();
        }
        hasEnded = true;
        return hasInterrupted;
      } finally {
        lock.unlock();
      }
    }
  }
}
