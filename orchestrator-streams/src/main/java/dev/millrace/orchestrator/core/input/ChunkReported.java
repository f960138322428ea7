package dev.millrace.orchestrator.core.input;

/**
 * What is known of a chunk of branches now; saying it twice changes nothing.
 *
 * @param step index of the step that the branches are of
 * @param chunk number of the chunk
 * @param failedItems how many of its items have failed
 * @param isFinished whether no more branch of it runs
 */
public record ChunkReported(int step, int chunk, int failedItems, boolean isFinished)
    implements Input {}
