package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Payloads;
import dev.millrace.orchestrator.core.state.WorkflowState;

/**
 * What an input is decided on.
 *
 * @param workflowId id of the workflow
 * @param definition the definition that the workflow is pinned to
 * @param state the workflow, or a fresh state for one that was never started
 * @param payloads the payloads that are kept of it
 * @param nowMs the time, in epoch milliseconds
 */
public record Situation(
    String workflowId,
    CompiledDefinition definition,
    WorkflowState state,
    Payloads payloads,
    long nowMs) {}
