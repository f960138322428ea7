package dev.millrace.orchestrator.core.event;

import dev.millrace.orchestrator.core.state.Payload;
import org.jspecify.annotations.Nullable;

/**
 * An attempt, and so the step, succeeded.
 *
 * @param step the step
 * @param attempt which attempt
 * @param output what it returned
 */
public record StepSucceeded(int step, int attempt, @Nullable Payload output) implements Event {}
