package dev.millrace.orchestrator.core.event;

/**
 * A chunk of branches begins; the first event of its scope.
 *
 * @param tenant owner of the workflow
 * @param priority priority of the workflow
 */
public record ChunkOpened(String tenant, int priority) implements Event {}
