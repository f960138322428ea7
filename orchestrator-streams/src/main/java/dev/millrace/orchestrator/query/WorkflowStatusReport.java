package dev.millrace.orchestrator.query;

import dev.millrace.orchestrator.codec.WorkflowSummary;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a workflow, as the HTTP face shows it.
 *
 * @param workflowId its id
 * @param status where it is in its life
 * @param paused whether no command goes out until somebody resumes it
 * @param definition name of its definition
 * @param version version of its definition
 * @param tenant its owner
 * @param priority 0 (lowest) to 9 (highest)
 * @param startedAt when it started
 * @param endedAt when it ended; null while it has not
 * @param steps how many steps are where
 * @param failure why it did not succeed, if it did not
 */
public record WorkflowStatusReport(
    String workflowId,
    WorkflowStatus status,
    boolean paused,
    String definition,
    int version,
    String tenant,
    int priority,
    Instant startedAt,
    @Nullable Instant endedAt,
    Steps steps,
    @Nullable Failure failure) {

  /**
   * How many steps are where.
   *
   * @param total all of them
   * @param succeeded those that are done
   * @param open those with a command out
   * @param waiting all others
   */
  public record Steps(int total, int succeeded, int open, int waiting) {}

  static WorkflowStatusReport of(String workflowId, WorkflowSummary workflow) {
    int total = workflow.stepCount();
    int succeeded = workflow.succeededSteps();
    int open = workflow.openSteps();
    return new WorkflowStatusReport(
        workflowId,
        workflow.status(),
        workflow.isPaused(),
        workflow.definition(),
        workflow.version(),
        workflow.tenant(),
        workflow.priority(),
        Instant.ofEpochMilli(workflow.startedAtMs()),
        workflow.endedAtMs() == 0 ? null : Instant.ofEpochMilli(workflow.endedAtMs()),
        new Steps(total, succeeded, open, total - succeeded - open),
        workflow.failure());
  }
}
