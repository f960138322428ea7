package dev.millrace.orchestrator.core.input;

/**
 * Somebody wants the workflow to end now.
 *
 * @param reason why, for people
 */
public record CancelRequested(String reason) implements Input {}
