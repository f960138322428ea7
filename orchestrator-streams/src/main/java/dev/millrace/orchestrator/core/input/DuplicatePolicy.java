package dev.millrace.orchestrator.core.input;

/** What a start does whose workflow id is taken. */
public enum DuplicatePolicy {
  /** It starts nothing. */
  REJECT,
  /** It starts nothing, and is none the worse for it. */
  RETURN_EXISTING,
  /** The workflow that runs is cancelled, and this one starts as soon as that has ended. */
  CANCEL_EXISTING,
  /** It starts if the workflow has ended, and nothing while that runs. */
  ALLOW_AFTER_END
}
