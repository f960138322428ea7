package dev.millrace.orchestrator.core.schedule;

/** What becomes of a slot while a workflow of an earlier one runs. */
public enum OverlapPolicy {
  /** It is left out. */
  SKIP,
  /** It waits until all before it have ended. */
  QUEUE,
  /** Its workflow starts beside the others. */
  ALLOW,
  /** The workflows that run are asked to cancel; the latest slot starts when they have ended. */
  CANCEL_PREVIOUS
}
