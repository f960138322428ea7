/**
 * How much may be under way at the queues of workers, and what waits for them: what all stream
 * tasks of an engine share. Thread-safe throughout; knows no Kafka.
 */
@NullMarked
package dev.millrace.orchestrator.flow;

import org.jspecify.annotations.NullMarked;
