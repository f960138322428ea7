package dev.millrace.worker.resilience;

import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Runs a handler no more often at once than allowed, in the order of arrival. Thread-safe. */
final class CountedHandler implements StepHandler {
  private final String stepType;
  private final StepHandler handler;
  private final Semaphore places;
  private final Patience patience;

  CountedHandler(String stepType, StepHandler handler, int places, Patience patience) {
    this.stepType = stepType;
    this.handler = handler;
    this.places = new Semaphore(places, true);
    this.patience = patience;
  }

  @Override
  public StepResult handle(StepContext context) throws Exception {
    if (!places.tryAcquire(patience.end(context) - System.nanoTime(), TimeUnit.NANOSECONDS)) {
      return patience.isOver(
          Resilience.TOO_MANY_AT_ONCE, stepType, "as many run at once as may all the time");
    }
    try {
      return handler.handle(context);
    } finally {
      places.release();
    }
  }
}
