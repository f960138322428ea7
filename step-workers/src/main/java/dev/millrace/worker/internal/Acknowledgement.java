package dev.millrace.worker.internal;

/** Tells the source of a record what has become of it: one of both, once at most. */
interface Acknowledgement {
  /** The broker has what came of the record, and nobody needs it any more. Any thread. */
  void finished();

  /** The record is not started here any more; it is for others. The thread that polls. */
  void abandoned();
}
