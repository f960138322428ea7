package dev.millrace.orchestrator.core.definition;

/** The rules of a definition. A rule's code is stable: tools and tests may rely on it. */
public enum DefinitionRule {
  /** The definition's name, a step's id or a step's type is not a name. */
  BAD_NAME("bad-name"),
  /** A queue's name does not fit a topic's name. */
  BAD_QUEUE("bad-queue"),
  /** The version is below 1. */
  BAD_VERSION("bad-version"),
  /** There is no step. */
  NO_STEPS("no-steps"),
  /** More steps than {@link DefinitionLimits#STEPS}. */
  TOO_MANY_STEPS("too-many-steps"),
  /** More dependencies than {@link DefinitionLimits#DEPENDENCIES}. */
  TOO_MANY_DEPENDENCIES("too-many-dependencies"),
  /** Two steps have one id. */
  DUPLICATE_STEP("duplicate-step"),
  /** A step depends on something that is not a step. */
  UNKNOWN_DEPENDENCY("unknown-dependency"),
  /** A step depends on itself. */
  SELF_DEPENDENCY("self-dependency"),
  /** A step names one dependency twice. */
  DUPLICATE_DEPENDENCY("duplicate-dependency"),
  /** Steps wait for each other in a ring. */
  CYCLE("cycle"),
  /** A timeout is out of range. */
  TIMEOUT_RANGE("timeout-range"),
  /** A retry policy's number of attempts is out of range. */
  RETRY_ATTEMPTS("retry-attempts"),
  /** A retry policy's interval is out of range, or the longest is below the first. */
  RETRY_INTERVAL("retry-interval"),
  /** A retry policy's coefficient is out of range. */
  RETRY_COEFFICIENT("retry-coefficient"),
  /** A retry policy's jitter is out of range. */
  RETRY_JITTER("retry-jitter"),
  /** A retry policy's failure types are too many, empty, too long or named twice. */
  RETRY_NON_RETRYABLE("retry-non-retryable"),
  /** More violations than {@link DefinitionLimits#VIOLATIONS}; tells how many are not listed. */
  MORE_VIOLATIONS("more-violations");

  private final String code;

  DefinitionRule(String code) {
    this.code = code;
  }

  /** Stable name of the rule. */
  public String code() {
    return code;
  }
}
