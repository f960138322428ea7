package dev.millrace.orchestrator.core.effect;

import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.Payload;
import org.jspecify.annotations.Nullable;

/**
 * Ask for another workflow, of this one's tenant and priority.
 *
 * @param workflowId its id
 * @param definition name of its definition
 * @param version version of its definition; 0 means the highest
 * @param input its input
 * @param parent who is told how it ends; null for nobody
 */
public record StartWorkflow(
    String workflowId,
    String definition,
    int version,
    @Nullable Payload input,
    @Nullable Parent parent)
    implements Effect {}
