package dev.millrace.orchestrator.core.invariant;

import dev.millrace.orchestrator.core.state.StepStatus;

/** Who takes up the room that a workflow has for steps under way. */
final class Room {
  private final StepAccount[] steps;
  private final boolean isOfBranches;

  Room(StepAccount[] steps, boolean isOfBranches) {
    this.steps = steps;
    this.isOfBranches = isOfBranches;
  }

  /** How many steps take up room: of branches, those too that wait for a workflow. */
  int open() {
    int open = 0;
    for (StepAccount step : steps) {
      boolean waits = isOfBranches && step.status() == StepStatus.SUSPENDED;
      open += waits || step.status() == StepStatus.OPEN ? 1 : 0;
    }
    return open;
  }

  /** How many other steps are held for their queues, which keep room for them. */
  int gatedBut(StepAccount besides) {
    int gated = 0;
    for (StepAccount step : steps) {
      gated += step != besides && step.isGated() ? 1 : 0;
    }
    return gated;
  }
}
