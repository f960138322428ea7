package dev.millrace.orchestrator.core.event;

import dev.millrace.orchestrator.core.state.Payload;
import org.jspecify.annotations.Nullable;

/**
 * A worker has given a sign of an attempt that goes on.
 *
 * @param step the step
 * @param attempt which attempt
 * @param progress how far it is; null when that has not changed
 * @param deadlineMs when the attempt times out now, in epoch milliseconds; 0 means never
 */
public record AttemptHeard(int step, int attempt, @Nullable Payload progress, long deadlineMs)
    implements Event {}
