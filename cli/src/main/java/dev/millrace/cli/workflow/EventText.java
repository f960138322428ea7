package dev.millrace.cli.workflow;

import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.StartDetail;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.wire.EventHistory;

/** Events of a workflow, for people. */
final class EventText {
  private EventText() {}

  /** One line. */
  static String line(EventHistory.Entry entry) {
    WorkflowEvent event = entry.event();
    StringBuilder line =
        new StringBuilder("%s %5d %-18s".formatted(entry.at(), entry.sequence(), event.getType()));
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
