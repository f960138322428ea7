package dev.millrace.orchestrator.core.input;

/**
 * It is the turn of a step that was held for its queue.
 *
 * @param step the step; of a chunk, the branch within it
 */
public record StepReleased(int step) implements Input {}
