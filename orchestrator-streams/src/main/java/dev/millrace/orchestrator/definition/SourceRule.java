package dev.millrace.orchestrator.definition;

/** The rules of a definition's source. A rule's code is stable: tools and tests may rely on it. */
public enum SourceRule {
  /** More bytes than {@link DefinitionParser#SOURCE_BYTES}. */
  SOURCE_TOO_LARGE("source-too-large"),
  /** Bytes that are not UTF-8. */
  NOT_UTF8("not-utf8"),
  /** A line of YAML with more bytes than {@link DefinitionParser#LINE_BYTES}. */
  LINE_TOO_LONG("line-too-long"),
  /** Nothing but white space and comments. */
  EMPTY_SOURCE("empty-source"),
  /** Not YAML, or not JSON. */
  SYNTAX("syntax"),
  /** A second document, or text after the end of the first. */
  SECOND_DOCUMENT("second-document"),
  /** Nested deeper than {@link DefinitionParser#DEPTH}. */
  TOO_DEEP("too-deep"),
  /** More YAML anchors or aliases than {@link DefinitionParser#ALIASES}. */
  TOO_MANY_ALIASES("too-many-aliases"),
  /** A YAML alias of no anchor before it, or inside what it stands for. */
  BAD_ALIAS("bad-alias"),
  /** An explicit YAML tag. */
  YAML_TAG("yaml-tag"),
  /** A field that the language does not have. */
  UNKNOWN_FIELD("unknown-field"),
  /** One field twice in one mapping. */
  DUPLICATE_FIELD("duplicate-field"),
  /** A required field that is not there. */
  MISSING_FIELD("missing-field"),
  /** A value of another type than the field's. */
  WRONG_TYPE("wrong-type"),
  /** A text that is not a duration. */
  BAD_DURATION("bad-duration"),
  /** A text that is not a point in time. */
  BAD_TIME("bad-time"),
  /** A text that is not a time zone. */
  BAD_TIME_ZONE("bad-time-zone"),
  /** A text that is none of those that the field knows. */
  UNKNOWN_VALUE("unknown-value"),
  /** A step that is to do several things, or a worker's field of a step that no worker runs. */
  SEVERAL_ACTIONS("several-actions"),
  /** More values that are not part of the language than {@link DefinitionParser#SKIPPED}. */
  TOO_MUCH_UNKNOWN("too-much-unknown"),
  /** More problems than {@link DefinitionParser#PROBLEMS}; reading stopped. */
  TOO_MANY_PROBLEMS("too-many-problems");

  private final String code;

  SourceRule(String code) {
    this.code = code;
  }

  /** Stable name of the rule. */
  public String code() {
    return code;
  }
}
