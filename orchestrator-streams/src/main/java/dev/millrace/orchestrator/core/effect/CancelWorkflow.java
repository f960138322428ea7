package dev.millrace.orchestrator.core.effect;

import dev.millrace.orchestrator.core.state.Parent;

/**
 * Ask that another workflow be cancelled.
 *
 * @param workflowId its id
 * @param parent what it was started for; another workflow with the id is not meant
 * @param reason why, for people
 */
public record CancelWorkflow(String workflowId, Parent parent, String reason) implements Effect {}
