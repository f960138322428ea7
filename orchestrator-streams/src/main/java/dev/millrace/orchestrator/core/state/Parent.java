package dev.millrace.orchestrator.core.state;

/**
 * The attempt of a step, or of one of its branches, of another workflow, or the slot of a schedule,
 * that is told how this workflow ends.
 *
 * @param workflowId id of the parent
 * @param step id of its step
 * @param branch which branch of that step; {@link #NO_BRANCH} for a step without branches
 * @param attempt attempt of that step or branch
 * @param depth how many workflows are above this one, from 1
 */
public record Parent(String workflowId, String step, int branch, int attempt, int depth) {
  /** Most workflows above one. */
  public static final int DEPTH = 16;

  /** The branch of a step that has none. */
  public static final int NO_BRANCH = -1;

  /** A step without branches. */
  public Parent(String workflowId, String step, int attempt, int depth) {
    this(workflowId, step, NO_BRANCH, attempt, depth);
  }
}
