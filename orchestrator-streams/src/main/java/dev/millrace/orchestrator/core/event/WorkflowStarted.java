package dev.millrace.orchestrator.core.event;

import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.Payload;
import org.jspecify.annotations.Nullable;

/**
 * The workflow runs.
 *
 * @param definition name of its definition
 * @param version version of its definition
 * @param input its input
 * @param tenant its owner
 * @param priority 0 (lowest) to 9 (highest)
 * @param deadlineMs when it times out, in epoch milliseconds; 0 means never
 * @param ownDefinition its definition, when it is registered nowhere; null for a registered one
 * @param parent who is told how it ends; null for nobody
 */
public record WorkflowStarted(
    String definition,
    int version,
    @Nullable Payload input,
    String tenant,
    int priority,
    long deadlineMs,
    @Nullable WorkflowDefinition ownDefinition,
    @Nullable Parent parent)
    implements Event {
  /** A workflow without a parent. */
  public WorkflowStarted(
      String definition,
      int version,
      @Nullable Payload input,
      String tenant,
      int priority,
      long deadlineMs,
      @Nullable WorkflowDefinition ownDefinition) {
    this(definition, version, input, tenant, priority, deadlineMs, ownDefinition, null);
  }
}
