package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.core.decide.Duplicates.Verdict;
import dev.millrace.orchestrator.core.input.DuplicatePolicy;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import java.util.Map;

/** What becomes of a start whose workflow id may be taken, as the table for operators has it. */
final class ReferenceStarts {
  private static final Map<DuplicatePolicy, Verdict> WHILE_IT_RUNS =
      Map.of(
          DuplicatePolicy.REJECT, Verdict.REJECT,
          DuplicatePolicy.RETURN_EXISTING, Verdict.KEEP,
          DuplicatePolicy.CANCEL_EXISTING, Verdict.CANCEL_FIRST,
          DuplicatePolicy.ALLOW_AFTER_END, Verdict.REJECT);
  private static final Map<DuplicatePolicy, Verdict> AFTER_ITS_END =
      Map.of(
          DuplicatePolicy.REJECT, Verdict.REJECT,
          DuplicatePolicy.RETURN_EXISTING, Verdict.KEEP,
          DuplicatePolicy.CANCEL_EXISTING, Verdict.BEGIN,
          DuplicatePolicy.ALLOW_AFTER_END, Verdict.BEGIN);

  private ReferenceStarts() {}

  /**
   * What becomes of a start.
   *
   * @param isAwaited whether another start of the id waits already, which holds it
   */
  static Verdict verdict(DuplicatePolicy policy, WorkflowStatus status, boolean isAwaited) {
    Map<DuplicatePolicy, Verdict> table =
        isAwaited || !status.hasEnded() ? WHILE_IT_RUNS : AFTER_ITS_END;
    boolean isFree = status == WorkflowStatus.ABSENT && !isAwaited;
    return isFree ? Verdict.BEGIN : table.getOrDefault(policy, Verdict.REJECT);
  }

  /** Whether a start begins a workflow at once. */
  static boolean begins(DuplicatePolicy policy, WorkflowStatus status) {
    return verdict(policy, status, false) == Verdict.BEGIN;
  }
}
