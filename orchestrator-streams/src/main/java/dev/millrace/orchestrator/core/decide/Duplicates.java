package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.input.DuplicatePolicy;
import dev.millrace.orchestrator.core.state.WorkflowStatus;

/** Decides what becomes of a start, by what is known under its workflow id. Stateless. */
public final class Duplicates {
  private Duplicates() {}

  /** What becomes of a start. */
  public enum Verdict {
    /**
     * The workflow begins: the id is free, or its former workflow has ended and may be followed.
     */
    BEGIN,
    /** The workflow that runs is cancelled first. */
    CANCEL_FIRST,
    /** Nothing, as the starter expects: the workflow that it wants is there. */
    KEEP,
    /** Nothing, and the starter may have expected something else. */
    REJECT
  }

  /**
   * Decides.
   *
   * @param status of the workflow that the id belongs to; {@link WorkflowStatus#ABSENT} for none
   */
  public static Verdict decide(DuplicatePolicy policy, WorkflowStatus status) {
    if (status == WorkflowStatus.ABSENT) {
      return Verdict.BEGIN;
    }
    return switch (policy) {
      case REJECT -> Verdict.REJECT;
      case RETURN_EXISTING -> Verdict.KEEP;
      case CANCEL_EXISTING -> status.hasEnded() ? Verdict.BEGIN : Verdict.CANCEL_FIRST;
      case ALLOW_AFTER_END -> status.hasEnded() ? Verdict.BEGIN : Verdict.REJECT;
    };
  }
}
