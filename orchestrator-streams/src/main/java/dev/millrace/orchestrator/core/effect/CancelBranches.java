package dev.millrace.orchestrator.core.effect;

import dev.millrace.orchestrator.core.state.Branches;
import dev.millrace.orchestrator.core.state.Parent;

/**
 * Ask that the workflows be cancelled that the branches of a step wait for.
 *
 * @param step the step
 * @param attempt the attempt of the step that the branches are of
 * @param branches what is known of them
 * @param depth how many workflows are above those
 * @param reason why, for people
 */
public record CancelBranches(int step, int attempt, Branches branches, int depth, String reason)
    implements Effect {
  /** What the workflow of a branch was started for. */
  public Parent parent(String workflowId, String stepId, int branch, int attemptOfBranch) {
    return new Parent(workflowId, stepId, branch, attemptOfBranch, depth);
  }
}
