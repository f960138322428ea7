package dev.millrace.orchestrator.flow;

import dev.millrace.schemas.QueueSettings.Breaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.util.concurrent.TimeUnit;

/**
 * Holds back commands while too many attempts fail: closed, it counts the last ones that ended;
 * open, nothing is sent for a time; then a few are sent on trial, and how these end closes it, or
 * opens it again. The counting is Resilience4j's; when it opens and for how long is told by the
 * time that it is given. Not thread-safe.
 */
public final class QueueBreaker {
  private final Breaker settings;
  private final CircuitBreaker results;
  private long openedMs;

  /** Commands sent since it let some through on trial, but for those of which nobody will hear. */
  private int trials;

  /** Closed. */
  public QueueBreaker(Breaker settings) {
    this.settings = settings;
    this.results =
        CircuitBreaker.of(
            "queue",
            CircuitBreakerConfig.custom()
                .failureRateThreshold(settings.failurePercent())
                .slidingWindow(
                    settings.window(),
                    settings.minCalls(),
                    CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
                .permittedNumberOfCallsInHalfOpenState(settings.trials())
                .writableStackTraceEnabled(false)
                .build());
  }

  /** What it was made with. */
  public Breaker settings() {
    return settings;
  }

  /**
   * Whether a command is to be held back.
   *
   * @param open attempts that are open: while none is, nobody can tell how a trial ends
   */
  public boolean holds(int open, long nowMs) {
    if (results.getState() == CircuitBreaker.State.OPEN && nowMs - openedMs >= settings.waitMs()) {
      results.transitionToHalfOpenState();
      trials = 0;
    }
    return switch (results.getState()) {
      case OPEN, FORCED_OPEN -> true;
      case HALF_OPEN -> trials >= settings.trials() && open > 0;
      case CLOSED, DISABLED, METRICS_ONLY -> false;
    };
  }

  /** A command was sent. */
  public void sent() {
    trials++;
  }

  /**
   * Attempts are open no more. Each may be a trial that was cancelled, which makes room for another
   * one; of those that have succeeded or failed {@link #ended} tells afterwards.
   */
  public void closed(int attempts) {
    trials = Math.max(0, trials - attempts);
  }

  /** An attempt that is open no more has succeeded or failed. */
  public void ended(boolean isFailed, long nowMs) {
    trials++;
    boolean wasOpen = results.getState() == CircuitBreaker.State.OPEN;
    if (isFailed) {
      results.onError(0, TimeUnit.MILLISECONDS, new AttemptFailure());
    } else {
      results.onSuccess(0, TimeUnit.MILLISECONDS);
    }
    if (!wasOpen && results.getState() == CircuitBreaker.State.OPEN) {
      openedMs = nowMs;
    }
  }

  /** Whether commands are held back, or only some are sent on trial. */
  public boolean isOpen() {
    return results.getState() != CircuitBreaker.State.CLOSED;
  }

  /** What failed does not matter, only that it did. */
  private static final class AttemptFailure extends Exception {
    private static final long serialVersionUID = 1L;

    AttemptFailure() {
      super("an attempt failed", null, false, false);
    }
  }
}
