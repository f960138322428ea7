package dev.millrace.orchestrator.core.event;

/**
 * A step waits: for a time, a signal or another workflow.
 *
 * @param step the step
 * @param attempt 1 for the first try
 * @param dueMs when it goes on or gives up, in epoch milliseconds; 0 means never
 */
public record StepSuspended(int step, int attempt, long dueMs) implements Event {}
