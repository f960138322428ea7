package dev.millrace.worker.resilience;

import dev.millrace.worker.StepHandler;
import dev.millrace.worker.spi.HandlerDecorator;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Limits of step types, for {@link dev.millrace.worker.WorkerBuilder#around}. Each step type has
 * its own, in each worker.
 *
 * <p>A command for which there is no room waits in its slot, until its attempt's deadline or for
 * {@link Builder#maxWait}; then the attempt fails, to be tried again. So an open breaker costs no
 * attempts: a worker whose slots are all taken by commands that wait reads no more of its queue.
 * Where others are to go on meanwhile, give these {@linkplain
 * dev.millrace.worker.WorkerBuilder#slots(String, int) slots of their own}.
 *
 * <p>What a handler throws or reports as retryable while the breaker is open is not the end of the
 * attempt either: it waits on and the handler is called again, so that trying out whether a service
 * is back costs nobody an attempt. Only what fails while the breaker is closed does. Where a
 * handler must not be called twice in an attempt, say {@link Builder#reportFailures}.
 */
public final class Resilience {
  /** Type of the failure of an attempt for which the breaker stayed open too long; retryable. */
  public static final String CIRCUIT_OPEN = "worker.circuit-open";

  /** Type of the failure of an attempt that waited too long for others to end; retryable. */
  public static final String TOO_MANY_AT_ONCE = "worker.too-many-at-once";

  /** Type of the failure of an attempt whose turn did not come in time; retryable. */
  public static final String RATE_LIMITED = "worker.rate-limited";

  /** Type of the failure of an attempt that took longer than its time limit; retryable. */
  public static final String TIME_LIMIT = "worker.time-limit";

  private Resilience() {}

  /**
   * Limits of these step types; without any, of all.
   *
   * @param stepTypes each gets limits of its own
   */
  public static Builder of(String... stepTypes) {
    return new Builder(Set.of(stepTypes));
  }

  /** Collects limits. Not thread-safe; what it builds is. */
  public static final class Builder {
    /** Most calls that a breaker may look back on, at once, or in a period. */
    public static final int MAX_CALLS = 1_000_000;

    /** Most calls that try out whether what was broken works again. */
    private static final int TRIALS = 10;

    /**
     * The command in front looks so often at an open breaker while it is open, and at the rate in
     * each period, within the bounds that follow.
     */
    private static final int LOOKS = 20;

    private static final Duration SHORTEST_LOOK = Duration.ofMillis(1);
    private static final Duration LONGEST_LOOK = Duration.ofSeconds(1);

    /** Slow is not failed, however slow: that is what time limits are for. */
    private static final Duration NEVER_SLOW = Duration.ofNanos(Long.MAX_VALUE);

    private final Set<String> stepTypes;
    private @Nullable CircuitBreakerConfig breaker;
    private @Nullable RateLimiterConfig rate;
    private int maxAtOnce;
    private Duration timeLimit = Duration.ZERO;
    private Duration maxWait = Duration.ofHours(1);
    private Duration breakerLook = LONGEST_LOOK;
    private Duration rateLook = LONGEST_LOOK;
    private boolean reportsFailures;

    private Builder(Set<String> stepTypes) {
      this.stepTypes = stepTypes;
    }

    /**
     * Calls the handler no more for a time when too many of its last attempts have failed; then a
     * few, to see whether it works again. What a handler throws and what it reports as retryable
     * counts as failed, and nothing else; of a batch, when that holds for all its items. What is
     * cancelled counts as nothing, and so does an input that cannot be read: {@link
     * dev.millrace.worker.UnreadablePayloadException}, {@link dev.millrace.worker.PayloadException}
     * and {@link dev.millrace.schemas.registry.RegistryUnavailableException}.
     *
     * <p>A handler that may hang needs a {@linkplain #timeLimit time limit}, or those few may keep
     * the breaker open for good.
     *
     * @param failedPercent 1 to 100, from which on the breaker opens
     * @param calls of how many last attempts; it does not open before there were so many
     * @param openFor for how long it is open
     * @throws IllegalArgumentException for what is out of bounds
     */
    public Builder circuitBreaker(int failedPercent, int calls, Duration openFor) {
      checked("failed percent", failedPercent, 100);
      checked("calls", calls, MAX_CALLS);
      this.breakerLook = look(checked("open for", openFor));
      this.breaker = breaker(failedPercent, calls, openFor);
      return this;
    }

    static CircuitBreakerConfig breaker(int failedPercent, int calls, Duration openFor) {
      return CircuitBreakerConfig.custom()
          .failureRateThreshold(failedPercent)
          .slowCallDurationThreshold(NEVER_SLOW)
          .slidingWindowSize(calls)
          .minimumNumberOfCalls(calls)
          .permittedNumberOfCallsInHalfOpenState(Math.min(calls, TRIALS))
          .waitDurationInOpenState(openFor)
          .build();
    }

    /**
     * Ends an attempt with what its first call has failed with, also while the breaker is open: for
     * handlers whose effect is not idempotent, of steps that are to be tried once. The attempts
     * that try out an open breaker are then lost when they fail.
     */
    public Builder reportFailures() {
      this.reportsFailures = true;
      return this;
    }

    /**
     * Calls the handler no more often than that. Commands beyond it wait for their turn, in the
     * order of arrival; one that is given up takes nobody's.
     *
     * @throws IllegalArgumentException for what is out of bounds
     */
    public Builder rateLimit(int calls, Duration period) {
      checked("calls", calls, MAX_CALLS);
      this.rateLook = look(checked("period", period));
      this.rate = rate(calls, period);
      return this;
    }

    /** Reserves nothing ahead: there is no way to give back what a command will not use. */
    static RateLimiterConfig rate(int calls, Duration period) {
      return RateLimiterConfig.custom()
          .limitForPeriod(calls)
          .limitRefreshPeriod(period)
          .timeoutDuration(Duration.ZERO)
          .build();
    }

    /**
     * Runs the handler no more often at once than that.
     *
     * @throws IllegalArgumentException for what is out of bounds
     */
    public Builder maxAtOnce(int calls) {
      this.maxAtOnce = checked("calls", calls, MAX_CALLS);
      return this;
    }

    /**
     * Interrupts a handler that takes longer. One that goes on all the same keeps its slot until it
     * returns, and what it returns counts.
     *
     * @throws IllegalArgumentException for what is out of bounds
     */
    public Builder timeLimit(Duration longest) {
      this.timeLimit = checked("time limit", longest);
      return this;
    }

    /**
     * How long a command waits at most, where its attempt's deadline is not sooner: an hour unless
     * set. A worker that stops or hands partitions over waits for it no longer than the drain
     * timeout; the command then runs elsewhere.
     *
     * @throws IllegalArgumentException for what is out of bounds
     */
    public Builder maxWait(Duration longest) {
      this.maxWait = checked("longest wait", longest);
      return this;
    }

    /** The limits, for one worker. */
    public HandlerDecorator build() {
      CircuitBreakerConfig breakerConfig = breaker;
      RateLimiterConfig rateConfig = rate;
      int places = maxAtOnce;
      Duration limit = timeLimit;
      Duration look = breakerLook.compareTo(rateLook) < 0 ? breakerLook : rateLook;
      boolean isReporting = reportsFailures;
      Patience patience = new Patience(maxWait);
      return (stepType, handler) -> {
        if (!stepTypes.isEmpty() && !stepTypes.contains(stepType)) {
          return handler;
        }
        StepHandler limited = limit.isZero() ? handler : new TimeLimitedHandler(handler, limit);
        if (breakerConfig != null || rateConfig != null) {
          limited =
              new GuardedHandler(
                  stepType,
                  limited,
                  breakerConfig == null ? null : CircuitBreaker.of(stepType, breakerConfig),
                  rateConfig == null ? null : RateLimiter.of(stepType, rateConfig),
                  patience,
                  look,
                  isReporting);
        }
        return places == 0 ? limited : new CountedHandler(stepType, limited, places, patience);
      };
    }

    private static Duration look(Duration openFor) {
      Duration look = openFor.dividedBy(LOOKS);
      Duration longEnough = look.compareTo(SHORTEST_LOOK) < 0 ? SHORTEST_LOOK : look;
      return longEnough.compareTo(LONGEST_LOOK) > 0 ? LONGEST_LOOK : longEnough;
    }

    private static int checked(String what, int value, int most) {
      if (value < 1 || value > most) {
        throw new IllegalArgumentException("%s %d: must be 1 to %d".formatted(what, value, most));
      }
      return value;
    }

    private static Duration checked(String what, Duration value) {
      if (value.toMillis() < 1 || value.compareTo(Duration.ofDays(1)) > 0) {
        throw new IllegalArgumentException("%s %s: must be 1 ms to 1 day".formatted(what, value));
      }
      return value;
    }
  }
}
