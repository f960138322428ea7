/**
 * How much may be under way at the queues of workers, how far these are behind, and what waits for
 * them: what is not the work of a stream task.
 */
@NullMarked
package dev.millrace.orchestrator.flow;

import org.jspecify.annotations.NullMarked;
