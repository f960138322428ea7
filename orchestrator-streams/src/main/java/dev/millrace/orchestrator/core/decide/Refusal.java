package dev.millrace.orchestrator.core.decide;

/** Why an input can be refused. The codes are stable: they stand in metrics and dead letters. */
public enum Refusal {
  /** The workflow id is taken: this start is a duplicate. */
  ALREADY_STARTED("already-started", true),
  /** The workflow id is taken, and the start is content with that. */
  EXISTING_RETURNED("existing-returned", true),
  /**
   * No workflow has this id: it was never started, or it ended longer ago than summaries are kept.
   */
  UNKNOWN_WORKFLOW("unknown-workflow", false),
  /** The input was applied before a crash and is being read again. */
  ALREADY_APPLIED("already-applied", true),
  /** The workflow has ended. */
  WORKFLOW_ENDED("workflow-ended", true),
  /** The definition that the workflow is pinned to is not known here any more. */
  DEFINITION_MISSING("definition-missing", false),
  /** The definition that the workflow is pinned to has another content than when it began. */
  DEFINITION_CHANGED("definition-changed", false),
  /** The definition has no such step. */
  UNKNOWN_STEP("unknown-step", false),
  /** It is known already how the workflow ends. */
  ALREADY_ENDING("already-ending", true),
  /** The attempt is not the one that is open: a late or duplicate report. */
  ATTEMPT_NOT_OPEN("attempt-not-open", true);

  private final String code;
  private final boolean expected;

  Refusal(String code, boolean expected) {
    this.code = code;
    this.expected = expected;
  }

  /** Stable name of the reason. */
  public String code() {
    return code;
  }

  /**
   * Whether such an input is a normal consequence of at-least-once delivery, so that it is counted
   * and dropped; others go to the dead letters.
   */
  public boolean isExpected() {
    return expected;
  }
}
