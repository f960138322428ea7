package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.core.definition.Timeouts;
import dev.millrace.orchestrator.core.input.AttemptRunning;
import dev.millrace.orchestrator.core.state.Failure;
import java.time.Duration;
import java.util.stream.LongStream;

/** When the attempts of the reference time out, and what puts that off. */
final class ReferenceClocks {
  private ReferenceClocks() {}

  /** Starts the clocks of an attempt, and tells until when its worker may work at most. */
  static long dispatched(ReferenceStep step, long nowMs) {
    Timeouts limits = step.definition.timeouts();
    step.closeByMs = after(nowMs, limits.startToClose());
    step.startByMs = after(nowMs, limits.scheduleToStart());
    step.heartbeatByMs = 0;
    if (step.overallByMs == 0) {
      step.overallByMs = after(nowMs, limits.scheduleToClose());
    }
    step.deadlineMs = earliestMs(step);
    return earlier(step.closeByMs, step.overallByMs);
  }

  /** A worker gives a sign, which is an event only if something changes by it. */
  static void heard(ReferenceRun run, ReferenceStep step, AttemptRunning sign) {
    long heartbeatMs = step.definition.timeouts().heartbeat().toMillis();
    boolean isNews = sign.progress() != null && !sign.progress().equals(step.progress);
    boolean isFirst = step.startByMs != 0 || (heartbeatMs > 0 && step.heartbeatByMs == 0);
    boolean isAfterAWhile =
        heartbeatMs > 0 && run.nowMs() - (step.heartbeatByMs - heartbeatMs) >= heartbeatMs / 3;
    if (!isNews && !isFirst && !isAfterAWhile) {
      return;
    }
    if (isNews) {
      step.progress = sign.progress();
    }
    if (step.hasClocks()) {
      step.startByMs = 0;
      step.heartbeatByMs = heartbeatMs == 0 ? 0 : run.nowMs() + heartbeatMs;
      step.deadlineMs = earliestMs(step);
    }
    run.tell(Told.heard(step.id(), step.attempt, isNews ? sign.progress() : null, step.deadlineMs));
  }

  /** The deadline of an open attempt has come. */
  static void timeOut(ReferenceRun run, ReferenceStep step) {
    if (isDue(step.overallByMs, run.nowMs())) {
      run.results().failed(step, Failure.SCHEDULE_TO_CLOSE_TIMEOUT);
    } else if (isDue(step.closeByMs, run.nowMs())) {
      run.results().attemptFailed(step, Failure.START_TO_CLOSE_TIMEOUT, true);
    } else if (isDue(step.startByMs, run.nowMs())) {
      run.results().attemptFailed(step, Failure.SCHEDULE_TO_START_TIMEOUT, true);
    } else {
      run.results().attemptFailed(step, Failure.HEARTBEAT_TIMEOUT, true);
    }
  }

  /**
   * When the attempt after a failed one is due.
   *
   * @param chosenMs what the core says, of which the bounds are checked; negative when it says that
   *     there is no time for another attempt
   */
  static long checkedRetryAtMs(ReferenceStep step, long chosenMs, long nowMs) {
    double waitMs = step.retry.initialInterval().toMillis();
    for (int i = 1; i < step.attemptsOfRound; i++) {
      waitMs *= step.retry.coefficient();
    }
    waitMs = Math.min(waitMs, (double) step.retry.maxInterval().toMillis());
    double leastMs = Math.max(1, Math.floor(waitMs * (1 - step.retry.jitter())));
    double mostMs = Math.max(1, Math.ceil(waitMs * (1 + step.retry.jitter())));
    long dueMs = chosenMs;
    if (dueMs < 0 && step.overallByMs != 0) {
      dueMs = Math.max(step.overallByMs, nowMs + (long) leastMs);
    }
    if (dueMs < nowMs + leastMs || dueMs > nowMs + mostMs) {
      throw new AssertionError(
          "retry of %s/%d after %d ms, expected %f to %f"
              .formatted(step.id(), step.attempt, dueMs - nowMs, leastMs, mostMs));
    }
    return dueMs;
  }

  private static boolean isDue(long dueMs, long nowMs) {
    return dueMs != 0 && dueMs <= nowMs;
  }

  private static long earliestMs(ReferenceStep step) {
    return LongStream.of(step.closeByMs, step.startByMs, step.overallByMs, step.heartbeatByMs)
        .filter(ms -> ms != 0)
        .min()
        .orElse(0);
  }

  private static long earlier(long oneMs, long otherMs) {
    return LongStream.of(oneMs, otherMs).filter(ms -> ms != 0).min().orElse(0);
  }

  private static long after(long nowMs, Duration limit) {
    return limit.isZero() ? 0 : nowMs + limit.toMillis();
  }
}
