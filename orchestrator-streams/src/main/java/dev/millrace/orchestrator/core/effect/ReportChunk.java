package dev.millrace.orchestrator.core.effect;

/**
 * Tell the workflow what is known of this chunk of branches.
 *
 * @param failedItems how many of its items have failed
 * @param isFinished whether no more branch of it runs
 */
public record ReportChunk(int failedItems, boolean isFinished) implements Effect {}
