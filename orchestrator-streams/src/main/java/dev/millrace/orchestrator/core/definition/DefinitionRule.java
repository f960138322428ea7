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
  /** A failure is routed to something that is not a step. */
  UNKNOWN_ROUTE("unknown-route"),
  /** A failure is routed to a step that cannot take it over. */
  ROUTE_TARGET("route-target"),
  /** A dependency or a route leads from the steps to the finally steps, or back. */
  OTHER_PART("other-part"),
  /** A dependency names a case that its step does not have. */
  UNKNOWN_CASE("unknown-case"),
  /** The cases of a switch are none, too many, named twice, or the last is not the default. */
  SWITCH_CASES("switch-cases"),
  /** A join asks for a number of dependencies that is out of range. */
  JOIN_RANGE("join-range"),
  /** A failure rule's types are too many, empty, too long or named twice, or the rules too many. */
  FAILURE_RULE("failure-rule"),
  /** A step has two settings that do not go together, or one that does not go with its action. */
  NOT_TOGETHER("not-together"),
  /** A number of steps or branches that may be open at once is out of range. */
  MAX_PARALLEL("max-parallel"),
  /** A number of items of one command is out of range. */
  BATCH_SIZE("batch-size"),
  /** A number or share of failures that are tolerated is out of range. */
  TOLERATE_RANGE("tolerate-range"),
  /** The rounds of a repetition, or the wait between them, are out of range. */
  REPEAT_RANGE("repeat-range"),
  /** A delivery window has no day, or a time that is no whole minute. */
  WINDOW_RANGE("window-range"),
  /** The time that a result is kept is out of range. */
  CACHE_TTL("cache-ttl"),
  /** A condition is blank, too long or no text. */
  EXPRESSION_TEXT("expression-text"),
  /** A template, schema or form is too long or no text. */
  TEMPLATE_TEXT("template-text"),
  /** More expressions than {@link DefinitionLimits#EXPRESSIONS}. */
  TOO_MANY_EXPRESSIONS("too-many-expressions"),
  /** An expression cannot be compiled. */
  BAD_EXPRESSION("bad-expression"),
  /** An expression looks at the output of something that is not a step. */
  UNKNOWN_REFERENCE("unknown-reference"),
  /** An expression looks at the output of a step that need not have run before. */
  NOT_UPSTREAM("not-upstream"),
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
