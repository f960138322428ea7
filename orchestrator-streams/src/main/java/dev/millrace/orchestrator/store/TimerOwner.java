package dev.millrace.orchestrator.store;

/** Which of the records of one workflow id has armed a timer; each has its own. */
public enum TimerOwner {
  /** The workflow's record: a deadline, a retry or the end of its summary. */
  WORKFLOW,
  /** A start that waits and is tried again. */
  PARKED_START
}
