package dev.millrace.orchestrator.core.input;

import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.Payload;
import org.jspecify.annotations.Nullable;

/**
 * Somebody wants the workflow to run.
 *
 * @param input the workflow's input
 * @param tenant its owner; empty means the default tenant
 * @param priority 0 (lowest) to 9 (highest)
 * @param deadlineMs when it times out at the latest, in epoch milliseconds; 0 means no such time
 * @param ownDefinition its definition, when it is registered nowhere; null for a registered one
 * @param definitionBytes what its own definition takes in its event, in bytes; 0 without one
 * @param parent who is told how it ends; null for nobody
 * @param onDuplicate what to do when the workflow's id is taken
 */
public record StartRequested(
    @Nullable Payload input,
    String tenant,
    int priority,
    long deadlineMs,
    @Nullable WorkflowDefinition ownDefinition,
    int definitionBytes,
    @Nullable Parent parent,
    DuplicatePolicy onDuplicate)
    implements Input {
  /** A workflow without a parent, that starts nothing when the id is taken. */
  public StartRequested(
      @Nullable Payload input,
      String tenant,
      int priority,
      long deadlineMs,
      @Nullable WorkflowDefinition ownDefinition) {
    this(input, tenant, priority, deadlineMs, ownDefinition, 0, null, DuplicatePolicy.REJECT);
  }
}
