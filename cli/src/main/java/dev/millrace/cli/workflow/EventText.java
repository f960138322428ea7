package dev.millrace.cli.workflow;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.ParentStep;
import dev.millrace.schemas.v1.StartDetail;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.wire.EventHistory;
import java.time.Instant;

/** Events of a workflow, for people. */
final class EventText {
  private EventText() {}

  /** One line. */
  static String line(EventHistory.Entry entry) {
    WorkflowEvent event = entry.event();
    StringBuilder line =
        new StringBuilder("%s %5d %-19s".formatted(entry.at(), entry.sequence(), event.getType()));
    if (!entry.scope().isEmpty()) {
      line.append(" [").append(entry.scope()).append(']');
    }
    if (!event.getStep().isEmpty()) {
      line.append(' ').append(event.getStep());
      if (!entry.scope().isEmpty() && event.getType() != EventType.BRANCHES_OPENED) {
        line.append('/').append(event.getNumber());
      }
      if (event.getAttempt() > 0) { // a step that is skipped has none
        line.append('#').append(event.getAttempt());
      }
    }
    StartDetail start = event.getStart();
    if (start != null) {
      line.append(' ').append(start.getDefinition()).append('/').append(start.getVersion());
      ParentStep parent = start.getParent();
      if (parent != null) {
        line.append(" for ").append(parent.getWorkflowId());
        line.append(' ').append(parent.getStep());
        if (parent.getBranch() >= 0) {
          line.append('/').append(parent.getBranch());
        }
        line.append('#').append(parent.getAttempt());
      }
    }
    details(line, event);
    Failure failure = event.getFailure();
    if (failure != null) {
      line.append(' ').append(FailureText.of(failure.getType(), failure.getMessage()));
    }
    return line.toString().stripTrailing();
  }

  /** What makes sense of the fields that types share. */
  private static void details(StringBuilder line, WorkflowEvent event) {
    switch (event.getType()) {
      case SIGNAL_RECEIVED -> append(line, " '", event.getName(), "'");
      case STEP_DISPATCHED -> append(line, " keeps its result as ", event.getName(), "");
      case STEP_SUCCEEDED -> {
        append(line, " ", event.getReason(), "");
        append(line, " not taken: ", String.join(", ", event.getSteps()), "");
      }
      case ATTEMPT_FAILED, STEP_FAILED -> {
        append(line, " (", event.getReason(), ")");
        append(line, " to ", String.join(", ", event.getSteps()), "");
      }
      case PRIORITY_CHANGED, WORKFLOW_MIGRATED, BRANCHES_OPENED -> {
        line.append(event.getType() == EventType.WORKFLOW_MIGRATED ? " to version " : " ");
        line.append(event.getNumber());
        byWhom(line, event);
        if (event.getType() == EventType.WORKFLOW_MIGRATED && event.getPayload() != null) {
          line.append(' ').append(UTF_8.decode(event.getPayload().getData().duplicate()));
        }
      }
      case BRANCHES_REPORTED -> {
        append(line, " chunk ", event.getName(), "");
        append(line, " ", event.getReason(), "");
        line.append(", failed: ").append(event.getNumber());
      }
      case UNKNOWN,
          WORKFLOW_STARTED,
          WORKFLOW_REJECTED,
          WORKFLOW_SUCCEEDED,
          WORKFLOW_FAILED,
          WORKFLOW_CANCELLED,
          WORKFLOW_TIMED_OUT,
          WORKFLOW_TERMINATED,
          STEP_SKIPPED,
          STEP_SUSPENDED,
          STEP_HELD,
          STEP_REPEATED,
          HEARTBEAT,
          WORKFLOW_PAUSED,
          WORKFLOW_RESUMED,
          WORKFLOW_ENDING,
          STEPS_RESET,
          CONTROL_REFUSED ->
          byWhom(line, event);
      case SCHEDULE_SET,
          SCHEDULE_PAUSED,
          SCHEDULE_RESUMED,
          SCHEDULE_DELETED,
          BACKFILL_ACCEPTED,
          BACKFILL_DONE,
          SLOT_STARTED,
          SLOT_QUEUED,
          SLOT_SKIPPED,
          SLOTS_MISSED,
          SLOT_CANCEL_REQUESTED,
          SLOT_ENDED ->
          ofSchedule(line, event);
    }
  }

  private static void ofSchedule(StringBuilder line, WorkflowEvent event) {
    append(line, " (", event.getName(), ")");
    append(line, " ", event.getReason(), "");
    if (event.getType() == EventType.SLOTS_MISSED) {
      line.append(" and on, ").append(event.getNumber()).append(" slots");
    } else if (event.getType() == EventType.BACKFILL_ACCEPTED && event.getDueAt() != null) {
      line.append(" from ").append(event.getDueAt());
      line.append(" to ").append(Instant.ofEpochMilli(event.getNumber()));
    } else if (event.getType() == EventType.SCHEDULE_SET && event.getPayload() != null) {
      line.append(' ').append(UTF_8.decode(event.getPayload().getData().duplicate()));
    }
  }

  private static void byWhom(StringBuilder line, WorkflowEvent event) {
    append(line, " ", String.join(", ", event.getSteps()), "");
    append(line, " ", event.getReason(), "");
    append(line, " by ", event.getName(), "");
  }

  private static void append(StringBuilder line, String before, String text, String after) {
    if (!text.isEmpty()) {
      line.append(before).append(text).append(after);
    }
  }
}
