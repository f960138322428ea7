package dev.millrace.worker.publish;

/** What became of an event that was handed to a publisher. */
public enum PublishOutcome {
  /** It will be published. */
  TAKEN,
  /** An event with its id was taken before, within the duplicate window: it is left out. */
  DUPLICATE,
  /** There is no room for it now: try again later. */
  FULL
}
