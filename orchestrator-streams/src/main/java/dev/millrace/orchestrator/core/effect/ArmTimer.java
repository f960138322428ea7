package dev.millrace.orchestrator.core.effect;

/**
 * See to it that the workflow gets a {@link dev.millrace.orchestrator.core.input.TimerFired} at or
 * after a time.
 *
 * @param dueMs epoch milliseconds
 */
public record ArmTimer(long dueMs) implements Effect {}
