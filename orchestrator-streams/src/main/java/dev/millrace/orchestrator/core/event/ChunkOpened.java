package dev.millrace.orchestrator.core.event;

/**
 * A chunk of branches begins; the first event of its scope.
 *
 * @param tenant owner of the workflow
 * @param priority priority of the workflow
 * @param formerAttempts the attempts of its branches are numbered from behind this
 */
public record ChunkOpened(String tenant, int priority, int formerAttempts) implements Event {}
