package dev.millrace.orchestrator.core.effect;

/**
 * Ask that another workflow be cancelled.
 *
 * @param workflowId its id
 * @param reason why, for people
 */
public record CancelWorkflow(String workflowId, String reason) implements Effect {}
