package dev.millrace.orchestrator.core.input;

/**
 * The branches of a chunk are to run.
 *
 * @param tenant owner of the workflow
 * @param priority priority of the workflow
 */
public record ChunkRequested(String tenant, int priority) implements Input {}
