package dev.millrace.orchestrator.core.effect;

/**
 * A step waits for its queue, and must be found there when it is its turn.
 *
 * @param step the step
 */
public record HoldStep(int step) implements Effect {}
