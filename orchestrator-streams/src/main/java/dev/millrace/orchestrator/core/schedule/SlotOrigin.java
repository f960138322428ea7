package dev.millrace.orchestrator.core.schedule;

/** How a slot's turn has come. */
public enum SlotOrigin {
  /** Its time has come. */
  DUE,
  /** It has waited for others to end. */
  WAITING,
  /** A back-fill has reached it. */
  BACKFILL
}
