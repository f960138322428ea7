package dev.millrace.orchestrator.core.event;

import dev.millrace.orchestrator.core.state.Failure;

/**
 * An attempt failed and there will be another.
 *
 * @param step the step
 * @param attempt which attempt
 * @param failure why
 * @param retryAtMs when the next attempt is due, in epoch milliseconds
 */
public record AttemptFailed(int step, int attempt, Failure failure, long retryAtMs)
    implements Event {}
