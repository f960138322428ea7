package dev.millrace.worker.resilience;

import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
    }
    return result;
  }

  /** Waits for the limit, then interrupts a call that has not ended. */
  private static final class Watch implements Runnable {
    private final ReentrantLock lock = new ReentrantLock();
    private final Thread handler;
    private final Duration limit;
    private final CountDownLatch ended = new CountDownLatch(1);
    private boolean hasInterrupted;

    Watch(Thread handler, Duration limit) {
      this.handler = handler;
      this.limit = limit;
    }

    @Override
    public void run() {
      try {
        if (ended.await(limit.toNanos(), TimeUnit.NANOSECONDS)) {
          return;
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException("nobody interrupts a watch", e);
      }
      lock.lock();
      try {
        if (ended.getCount() > 0) {
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
        if (ended.getCount() > 0 && hasInterrupted) {
          Thread.interrupted();
        }
        ended.countDown();
        return hasInterrupted;
      } finally {
        lock.unlock();
      }
    }
  }
}
