package dev.millrace.cli.workflow;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.connection.PartitionReader;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.wire.EventHistory;
import java.time.Duration;
import java.util.function.Consumer;

/** Reads what the event topic has of one workflow. */
final class WorkflowLog {
  private static final Duration POLL = Duration.ofMillis(200);

  private WorkflowLog() {}

  /**
   * The valid events of a workflow until now.
   *
   * @param warnings told of each record that cannot be read, in one sentence
   * @throws CommandFailedException when there are none
   */
  static EventHistory read(Connection connection, String workflowId, Consumer<String> warnings) {
    EventHistory history = new EventHistory();
    try (PartitionReader<WorkflowEvents> reader = open(connection, workflowId, true, warnings)) {
      while (!reader.caughtUp()) {
        for (PartitionReader.Found<WorkflowEvents> found : reader.poll(POLL)) {
          if (found.key().equals(workflowId)) {
            history.add(found.offset(), found.value());
          }
        }
      }
    }
    if (history.entries().isEmpty()) {
      throw none(workflowId);
    }
    return history;
  }

  /**
   * Reads the partition that has the events of a workflow.
   *
   * @param fromBeginning whether the events until now are read too
   * @param warnings told of each record that cannot be read, in one sentence
   */
  static PartitionReader<WorkflowEvents> open(
      Connection connection, String workflowId, boolean fromBeginning, Consumer<String> warnings) {
    return new PartitionReader<>(
        connection,
        WorkflowEvents.class,
        connection.topics().events(),
        workflowId,
        fromBeginning,
        warnings);
  }

  /** That there are no events of a workflow. */
  static CommandFailedException none(String workflowId) {
    return new CommandFailedException(
        "workflow '%s': no events; it never started, or they are older than the topic keeps"
            .formatted(workflowId));
  }
}
