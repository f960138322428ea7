package dev.millrace.orchestrator.codec;

import dev.millrace.orchestrator.core.input.AttemptInput;

/**
 * A completion as it was read.
 *
 * @param input what it says of its attempt
 * @param startedAtMs when the handler was called, by the worker's clock, in epoch milliseconds; 0
 *     when it does not say
 * @param endedAtMs when the handler returned, the same way
 */
public record DecodedCompletion(AttemptInput input, long startedAtMs, long endedAtMs) {}
