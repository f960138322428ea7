package dev.millrace.orchestrator.core.event;

import dev.millrace.orchestrator.core.state.Failure;

/**
 * An attempt, and so the step, failed for good.
 *
 * @param step the step
 * @param attempt which attempt
 * @param failure why
 */
public record StepFailed(int step, int attempt, Failure failure) implements Event {}
