package dev.millrace.worker.resilience;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.ratelimiter.RateLimiter;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls a handler when its breaker and its rate allow it, in the order of arrival. What fails while
 * the breaker is open says only what is known already, so it is not reported, unless it shall be:
 * the command waits on, and the handler is called again. Thread-safe.
 */
final class GuardedHandler implements StepHandler {
  private static final Logger LOG = LoggerFactory.getLogger(GuardedHandler.class);

  private final String stepType;
  private final StepHandler handler;
  private final @Nullable CircuitBreaker breaker;
  private final @Nullable RateLimiter rate;
  private final Patience patience;

  /** From one look at the breaker and the rate to the next, by the command in front. */
  private final Duration look;

  private final boolean reportsFailures;

  /** The place of the one command that looks; the others wait behind it. */
  private final Semaphore front = new Semaphore(1, true);

  GuardedHandler(
      String stepType,
      StepHandler handler,
      @Nullable CircuitBreaker breaker,
      @Nullable RateLimiter rate,
      Patience patience,
      Duration look,
      boolean reportsFailures) {
    this.stepType = stepType;
    this.handler = handler;
    this.breaker = breaker;
    this.rate = rate;
    this.patience = patience;
    this.look = look;
    this.reportsFailures = reportsFailures;
    if (breaker != null) {
      breaker
          .getEventPublisher()
          .onStateTransition(
              event ->
                  LOG.warn("breaker of step type '{}': {}", stepType, event.getStateTransition()));
    }
  }

  @Override
  public StepResult handle(StepContext context) throws Exception {
    long end = patience.end(context);
    Outcome last = null;
    while (true) {
      StepResult refused = awaitPermission(end);
      if (refused != null) {
        return last == null ? refused : last.get();
      }
      last = call(context);
      if (last.verdict() != Outcome.Verdict.FAILED || reportsFailures || isClosed()) {
        return last.get();
      }
      LOG.info("{}: {}; the breaker is open, so it is called again", context.commandId(), last);
    }
  }

  /** Waits until the handler may be called; null, or the failure when that takes too long. */
  private @Nullable StepResult awaitPermission(long end) throws InterruptedException {
    if (!front.tryAcquire(end - System.nanoTime(), NANOSECONDS)) {
      return isClosed() ? rateLimited() : circuitOpen();
    }
    try {
      return awaitPermissionInFront(end);
    } finally {
      front.release();
    }
  }

  /**
   * Asks breaker and rate, both at once and again and again, and keeps nothing of theirs while it
   * waits: what one that is given up had taken would be lost to the others, and what the breaker
   * has allowed while it was closed does not hold any more when it is half open.
   */
  private @Nullable StepResult awaitPermissionInFront(long end) throws InterruptedException {
    while (true) {
      boolean isOpen = breaker != null && !breaker.tryAcquirePermission();
      if (!isOpen && (rate == null || rate.acquirePermission())) {
        return null;
      }
      if (!isOpen) {
        release();
      }
      long left = end - System.nanoTime();
      if (left <= 0) {
        return isOpen ? circuitOpen() : rateLimited();
      }
      NANOSECONDS.sleep(Math.min(left, look.toNanos()));
    }
  }

  private StepResult circuitOpen() {
    return patience.isOver(
        Resilience.CIRCUIT_OPEN, stepType, "the breaker is open, too many attempts have failed");
  }

  private StepResult rateLimited() {
    return patience.isOver(
        Resilience.RATE_LIMITED, stepType, "its turn has not come, so many are called already");
  }

  private Outcome call(StepContext context) {
    long start = System.nanoTime();
    Outcome outcome = Outcome.of(handler, context);
    long nanos = System.nanoTime() - start;
    if (breaker != null) {
      switch (outcome.verdict()) {
        case WORKED -> breaker.onSuccess(nanos, NANOSECONDS);
        case FAILED -> breaker.onError(nanos, NANOSECONDS, outcome.reason());
        case SAYS_NOTHING -> release();
      }
    }
    return outcome;
  }

  private boolean isClosed() {
    return breaker == null || breaker.getState() == State.CLOSED;
  }

  private void release() {
    if (breaker != null) {
      breaker.releasePermission();
    }
  }
}
