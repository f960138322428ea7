package dev.millrace.orchestrator.core.input;

/**
 * The branches of a chunk are to run.
 *
 * @param tenant owner of the workflow
 * @param priority priority of the workflow
 * @param formerAttempts how many attempts the branches may have had before, in an earlier attempt
 *     of their step
 */
public record ChunkRequested(String tenant, int priority, int formerAttempts) implements Input {}
