package dev.millrace.cli.workflow;

import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.StartDetail;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.wire.EventHistory;
import java.time.Instant;

/**
 * One event of a workflow, for people.
 *
 * @param workflowId the workflow
 * @param sequence its number in the workflow, from 0
 * @param at when the engine decided
 */
record EventText(String workflowId, long sequence, Instant at, WorkflowEvent event) {
  static EventText of(String workflowId, EventHistory.Entry entry) {
    return new EventText(workflowId, entry.sequence(), entry.at(), entry.event());
  }

  /** Whether nothing more happens to the workflow after this. */
  boolean ends() {
    return switch (event.getType()) {
      case WORKFLOW_SUCCEEDED,
          WORKFLOW_FAILED,
          WORKFLOW_CANCELLED,
          WORKFLOW_TIMED_OUT,
          WORKFLOW_REJECTED ->
          true;
      case UNKNOWN,
          WORKFLOW_STARTED,
          STEP_DISPATCHED,
          STEP_SUCCEEDED,
          ATTEMPT_FAILED,
          STEP_FAILED ->
          false;
    };
  }

  boolean succeeds() {
    return event.getType() == EventType.WORKFLOW_SUCCEEDED;
  }

  /** One line. */
  String line() {
    StringBuilder line = new StringBuilder("%s %5d %-18s".formatted(at, sequence, event.getType()));
    if (!event.getStep().isEmpty()) {
      line.append(' ').append(event.getStep()).append('#').append(event.getAttempt());
    }
    StartDetail start = event.getStart();
    if (start != null) {
      line.append(' ').append(start.getDefinition()).append('/').append(start.getVersion());
    }
    Failure failure = event.getFailure();
    if (failure != null) {
      line.append(' ').append(FailureText.of(failure.getType(), failure.getMessage()));
    }
    return line.toString().stripTrailing();
  }
}
