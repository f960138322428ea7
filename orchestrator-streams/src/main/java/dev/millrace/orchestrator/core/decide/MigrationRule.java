package dev.millrace.orchestrator.core.decide;

/** What can stand against a migration. The codes are stable: they stand in events. */
public enum MigrationRule {
  /** The workflow's start brought its definition along; there are no versions of it. */
  OWN_DEFINITION("migration-own-definition"),
  /** The version is not registered. */
  UNKNOWN_VERSION("migration-unknown-version"),
  /** The workflow runs that version already. */
  SAME_VERSION("migration-same-version"),
  /** It is known already how the workflow ends: it is cleaning up. */
  ENDING("migration-ending"),
  /** The version sends commands to a queue that has no topic. */
  MISSING_QUEUE("migration-missing-queue"),
  /** A step that has begun is none of the version's main part. */
  STEP_REMOVED("migration-step-removed"),
  /** A step that has had attempts would be gone, and might be counted anew in a later version. */
  STEP_FORGOTTEN("migration-step-forgotten"),
  /** A step that has begun does something else in the version. */
  STEP_CHANGED("migration-step-changed"),
  /** A step that is under way is not the same in what holds it: its action and its time-outs. */
  STEP_UNDER_WAY("migration-step-under-way"),
  /** A step that is under way has had more attempts than the version allows. */
  ATTEMPTS("migration-attempts"),
  /** A step that has begun depends on other steps, on other conditions or by another rule. */
  ORDER("migration-order"),
  /** From the failure of a step that has failed something else would follow in the version. */
  FAILURE_RULES("migration-failure-rules"),
  /** Whether a finished step leads to a waiting one cannot be told any more. */
  EDGE_DECIDED("migration-edge-decided"),
  /** A signal is kept that no step of the version, or another one, would take. */
  SIGNAL_KEPT("migration-signal-kept"),
  /** Branches of a step are under way, or their step stands at another place in the version. */
  BRANCHES("migration-branches"),
  /** A step of the version reads an output that was not kept. */
  OUTPUT_LOST("migration-output-lost"),
  /** A step that has succeeded can be undone in one of the two versions only. */
  COMPENSATION("migration-compensation");

  private final String code;

  MigrationRule(String code) {
    this.code = code;
  }

  /** Stable name of the rule. */
  public String code() {
    return code;
  }
}
