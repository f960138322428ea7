package dev.millrace.orchestrator.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;

/**
 * The meters of the steps of one type on one queue.
 *
 * @param dispatched commands sent
 * @param succeeded steps that succeeded
 * @param retried attempts that failed and were followed by another
 * @param failed steps that failed for good
 * @param stepTime from the sending of a command to the reading of its completion
 * @param queueTime from the sending of a command to the start of its handler
 */
record StepMeters(
    Counter dispatched,
    Counter succeeded,
    Counter retried,
    Counter failed,
    Timer stepTime,
    Timer queueTime) {}
