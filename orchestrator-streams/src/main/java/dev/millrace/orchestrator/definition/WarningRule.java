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
  POINTLESS_TIMEOUT("pointless-timeout");

  private final String code;

  WarningRule(String code) {
    this.code = code;
  }

  /** Stable name of the rule. */
  public String code() {
    return code;
  }
}
