package dev.millrace.orchestrator.core.event;

/**
 * A round of a step succeeded, and there will be another.
 *
 * @param step the step
 * @param attempt the attempt that succeeded
 * @param nextAtMs when the next round is due, in epoch milliseconds; 0 means at once
 */
public record StepRepeated(int step, int attempt, long nextAtMs) implements Event {}
