package dev.millrace.worker.batch;

import java.time.Duration;

/**
 * One call of a {@link BatchHandler}.
 *
 * @param items how many it was called with
 * @param duration how long it took, also when it threw
 */
public record BatchRun(int items, Duration duration) {}
