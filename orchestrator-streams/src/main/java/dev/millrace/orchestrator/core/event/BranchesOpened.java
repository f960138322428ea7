package dev.millrace.orchestrator.core.event;

/**
 * A step runs for each item of a list.
 *
 * @param step the step
 * @param attempt 1 for the first time
 * @param items how many items there are
 */
public record BranchesOpened(int step, int attempt, int items) implements Event {}
