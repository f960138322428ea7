package dev.millrace.cli.run;

import java.time.Instant;

/**
 * One call of a handler, as its completion tells it, by the worker's clock in milliseconds.
 *
 * @param startedAt when the handler was called
 * @param endedAt when it returned
 */
public record HandlerRun(String step, int attempt, Instant startedAt, Instant endedAt) {}
