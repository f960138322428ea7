package dev.millrace.orchestrator.store;

/**
 * The records that one workflow id, or key of a result, can have. Each has at most one timer, of
 * its own.
 */
public enum RecordKind {
  /** The workflow; its timer is a deadline, a retry or the end of its summary. */
  WORKFLOW,
  /** A chunk of the branches of a step; its timer is a deadline or a retry of one of them. */
  CHUNK,
  /** A start whose definition, or the topic of one of whose queues, is not known here yet. */
  PARKED_START,
  /** Controls that were read before the workflow began. */
  PARKED_CONTROLS,
  /** The result of a step, kept for other workflows; what takes the place of an id is its key. */
  RESULT,
  /** The schedule of this id; its timer is its next slot or the end of its summary. */
  SCHEDULE
}
