package dev.millrace.orchestrator.core.definition;

/**
 * Which of their events the workflows of a definition publish, from the most to the fewest. What
 * they do does not depend on it.
 */
public enum EventVerbosity {
  /** All of them. */
  ALL,
  /** Those that change what becomes of a step, and those of the workflow. */
  STEPS,
  /** Those of the workflow as a whole. */
  WORKFLOW;

  /**
   * Whether an event is published.
   *
   * @param least the verbosity with the fewest events under which it still is
   */
  public boolean includes(EventVerbosity least) {
    return compareTo(least) <= 0;
  }
}
