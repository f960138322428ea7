package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import org.jspecify.annotations.Nullable;

/** Preconditions that several inputs share. */
final class Refusals {
  private Refusals() {}

  static Decision.@Nullable Refused unlessRunning(WorkflowView state) {
    WorkflowStatus status = state.status();
    if (status == WorkflowStatus.RUNNING) {
      return null;
    }
    return status == WorkflowStatus.ABSENT
        ? new Decision.Refused(Refusal.UNKNOWN_WORKFLOW, "no workflow has this id; start it first")
        : ended(status);
  }

  static Decision.Refused notOpen(String step, int attempt) {
    return new Decision.Refused(
        Refusal.ATTEMPT_NOT_OPEN, "attempt %d of step '%s' is not open".formatted(attempt, step));
  }

  static Decision.Refused ended(WorkflowStatus status) {
    return new Decision.Refused(
        Refusal.WORKFLOW_ENDED, "the workflow has ended: %s; start another one".formatted(status));
  }
}
