package dev.millrace.orchestrator.core.state;

/**
 * The attempt of a step of another workflow, or the slot of a schedule, that is told how this
 * workflow ends.
 *
 * @param workflowId id of the parent
 * @param step id of its step
 * @param attempt attempt of that step
 * @param depth how many workflows are above this one, from 1
 */
public record Parent(String workflowId, String step, int attempt, int depth) {
  /** Most workflows above one. */
  public static final int DEPTH = 16;
}
