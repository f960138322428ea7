package dev.millrace.orchestrator.core.event;

import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Outcome;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import org.jspecify.annotations.Nullable;

/**
 * The workflow has come to its end.
 *
 * @param outcome how
 * @param output what it returns, if it succeeded
 */
public record WorkflowEnded(Outcome outcome, @Nullable Payload output) implements Event {
  /** An end without an output. */
  public WorkflowEnded(WorkflowStatus status, @Nullable Failure failure) {
    this(new Outcome(status, failure), null);
  }
}
