package dev.millrace.orchestrator.core.effect;

/**
 * Send the command of an attempt to the step's queue.
 *
 * @param step the step
 * @param attempt which attempt
 * @param deadlineMs when the attempt times out, in epoch milliseconds; 0 means never
 */
public record DispatchStep(int step, int attempt, long deadlineMs) implements Effect {}
