/**
 * What keeps a worker from overrunning what its handlers call: breaker, rate, number at once, time.
 * Knows the API of workers, not their internals.
 */
@NullMarked
package dev.millrace.worker.resilience;

import org.jspecify.annotations.NullMarked;
