package dev.millrace.orchestrator.definition;

/** What a definition may say without effect. A rule's code is stable. */
public enum WarningRule {
  /** A retry policy of one attempt that sets more than that. */
  POINTLESS_RETRY("pointless-retry"),
  /** A default retry policy that no step takes over. */
  UNUSED_RETRY("unused-retry"),
  /** A first retry that comes only after the workflow's timeout. */
  RETRY_AFTER_TIMEOUT("retry-after-timeout"),
  /** A step's timeout that is no shorter than the workflow's. */
  POINTLESS_TIMEOUT("pointless-timeout"),
  /** A sign of life that is asked for no more often than the attempt may last. */
  POINTLESS_HEARTBEAT("pointless-heartbeat"),
  /** A join rule of a step with fewer than two dependencies. */
  POINTLESS_JOIN("pointless-join"),
  /** A repetition of one round. */
  POINTLESS_REPEAT("pointless-repeat"),
  /** A step that cannot fail by its items, since all of them may. */
  POINTLESS_TOLERATE("pointless-tolerate"),
  /** A window of a step that is not dispatched, or one that is always open. */
  POINTLESS_WINDOW("pointless-window"),
  /** A failure rule behind one that holds for every type. */
  UNREACHABLE_RULE("unreachable-rule");

  private final String code;

  WarningRule(String code) {
    this.code = code;
  }

  /** Stable name of the rule. */
  public String code() {
    return code;
  }
}
