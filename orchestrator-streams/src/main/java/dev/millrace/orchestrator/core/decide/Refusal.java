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
  /** The step has no such branch, or has branches and the input names none. */
  UNKNOWN_BRANCH("unknown-branch", false),

  /** It is known already how the workflow ends. */
  ALREADY_ENDING("already-ending", true),
  /** Another workflow than its parent lets go of it: one that found the id taken. */
  NOT_ITS_PARENT("not-its-parent", true),
  /** A control with this id was applied before. */
  DUPLICATE_CONTROL("duplicate-control", true),
  /** It is paused. */
  ALREADY_PAUSED("already-paused", true),
  /** It is not paused. */
  NOT_PAUSED("not-paused", true),
  /** The step has an attempt under way, or waits for one or for something else. */
  STEP_RUNNING("step-running", true),
  /** The step has not begun. */
  STEP_NOT_BEGUN("step-not-begun", true),
  /** The step has not failed. */
  STEP_NOT_FAILED("step-not-failed", true),
  /** The step is done with. */
  STEP_DONE("step-done", true),
  /** No step waits for a signal of this name. */
  UNKNOWN_SIGNAL("unknown-signal", true),
  /** All steps that wait for a signal of this name are done. */
  SIGNAL_NOT_AWAITED("signal-not-awaited", true),
  /** The payload of a signal is larger than it may be. */
  SIGNAL_TOO_LARGE("signal-too-large", true),
  /** The payload of a signal does not fit its schema. */
  INVALID_SIGNAL("invalid-signal", true),
  /** As many signals as may are kept already. */
  TOO_MANY_SIGNALS("too-many-signals", true),
  /** What a heartbeat says of the progress is larger than it may be. */
  PROGRESS_TOO_LARGE("progress-too-large", false),
  /** An output is larger than a payload may be. */
  OUTPUT_TOO_LARGE("output-too-large", true),
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
