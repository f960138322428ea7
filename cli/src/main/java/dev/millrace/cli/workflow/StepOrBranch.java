package dev.millrace.cli.workflow;

import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.wire.EventHistory;

/**
 * What has attempts: a step, or a branch of one. Those of a branch have numbers of their own
 * through all attempts of its step.
 *
 * @param step id of the step
 * @param branch number of the branch; {@link #NO_BRANCH} for the step itself
 */
record StepOrBranch(String step, int branch) {
  /** As in completions of steps without branches. */
  static final int NO_BRANCH = -1;

  /** Whether an event is of it. */
  boolean isOf(EventHistory.Entry entry) {
    boolean isOfBranch =
        !entry.scope().isEmpty()
            && entry.event().getType() != EventType.BRANCHES_OPENED // its number is another
            && entry.event().getNumber() == branch;
    return entry.event().getStep().equals(step)
        && (branch == NO_BRANCH ? entry.scope().isEmpty() : isOfBranch);
  }

  /** Whether a completion is of it. */
  boolean isOf(StepCompletion completion) {
    return completion.getStep().equals(step) && completion.getBranch() == branch;
  }

  /** For people. */
  @Override
  public String toString() {
    return branch == NO_BRANCH
        ? "step '%s'".formatted(step)
        : "branch %d of step '%s'".formatted(branch, step);
  }
}
