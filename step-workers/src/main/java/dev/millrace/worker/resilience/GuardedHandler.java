package dev.millrace.worker.resilience;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.ratelimiter.RateLimiter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls a handler when its breaker and its rate allow it. What fails while the breaker is open says
 * only what is known already, so it is not reported: the command waits on, and the handler is
 * called again. Thread-safe.
 */
final class GuardedHandler implements StepHandler {
  private static final Logger LOG = LoggerFactory.getLogger(GuardedHandler.class);

  private final String stepType;
  private final StepHandler handler;
  private final @Nullable CircuitBreaker breaker;
  private final @Nullable RateLimiter rate;
  private final Patience patience;

  /** From one look at an open breaker to the next. */
  private final Duration look;

  GuardedHandler(
      String stepType,
      StepHandler handler,
      @Nullable CircuitBreaker breaker,
      @Nullable RateLimiter rate,
      Patience patience,
      Duration look) {
    this.stepType = stepType;
    this.handler = handler;
    this.breaker = breaker;
    this.rate = rate;
    this.patience = patience;
    this.look = look;
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
      if (last.verdict() != Outcome.Verdict.FAILED || isClosed()) {
        return last.get();
      }
      LOG.info("{}: {}; the breaker is open, so it is called again", context.commandId(), last);
    }
  }

  /** Waits until the handler may be called; null, or the failure when that takes too long. */
  private @Nullable StepResult awaitPermission(long end) throws InterruptedException {
    do {
      if (!awaitBreaker(end)) {
        return patience.isOver(
            Resilience.CIRCUIT_OPEN,
            stepType,
            "the breaker is open, too many attempts have failed");
      }
      long nanos = rate == null ? 0 : rate.reservePermission();
      if (nanos < 0 || nanos > end - System.nanoTime()) {
        release();
        return patience.isOver(Resilience.RATE_LIMITED, stepType, "its turn comes later than that");
      }
      awaitTurn(nanos);
      // It may have opened while this one waited for its turn.
    } while (breaker != null && breaker.getState() == State.OPEN);
    return null;
  }

  private boolean awaitBreaker(long end) throws InterruptedException {
    while (breaker != null && !breaker.tryAcquirePermission()) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      NANOSECONDS.sleep(Math.min(left, look.toNanos()));
    }
    return true;
  }

  private void awaitTurn(long nanos) throws InterruptedException {
    try {
      NANOSECONDS.sleep(nanos);
    } catch (InterruptedException e) {
      release();
      throw e;
    }
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
