package dev.millrace.orchestrator.core.event;

/**
 * A chunk of the branches of a step has come to its end, or one of its branches has failed.
 *
 * @param step the step
 * @param attempt its attempt
 * @param chunk number of the chunk
 * @param failedItems how many items of the chunk have failed
 * @param isFinished whether no more branch of the chunk runs
 */
public record BranchesReported(
    int step, int attempt, int chunk, int failedItems, boolean isFinished) implements Event {}
