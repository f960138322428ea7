package dev.millrace.orchestrator.core.effect;

/**
 * Begin a chunk of branches: its state is to be made anew.
 *
 * @param step the step that the branches are of
 * @param chunk number of the chunk
 * @param size how many branches it has
 */
public record OpenChunk(int step, int chunk, int size) implements Effect {}
