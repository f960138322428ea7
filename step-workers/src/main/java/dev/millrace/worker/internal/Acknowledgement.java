package dev.millrace.worker.internal;

/** Tells the source of a record that nobody needs it any more. */
@FunctionalInterface
interface Acknowledgement {
  /** The broker has what came of the record. Called by any thread, once for a record at most. */
  void finished();
}
