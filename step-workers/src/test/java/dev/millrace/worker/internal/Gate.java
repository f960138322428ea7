package dev.millrace.worker.internal;

import static org.awaitility.Awaitility.await;

import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** A handler whose runs wait until they are let go. */
final class Gate implements StepHandler {
  private final AtomicInteger begun = new AtomicInteger();
  private final Semaphore open = new Semaphore(0);

  @Override
  public StepResult handle(StepContext context) throws InterruptedException {
    begun.incrementAndGet();
    open.acquire();
    return StepResult.succeeded();
  }

  int begun() {
    return begun.get();
  }

  void awaitBegun(int runs) {
    await().until(() -> begun.get() == runs);
  }

  void letGo(int runs) {
    open.release(runs);
  }
}
