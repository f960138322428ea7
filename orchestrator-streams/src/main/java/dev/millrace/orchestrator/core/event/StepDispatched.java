package dev.millrace.orchestrator.core.event;

/**
 * A command for an attempt goes to the workers.
 *
 * @param step the step
 * @param attempt 1 for the first try
 * @param deadlineMs when the attempt times out, in epoch milliseconds; 0 means never
 */
public record StepDispatched(int step, int attempt, long deadlineMs) implements Event {}
