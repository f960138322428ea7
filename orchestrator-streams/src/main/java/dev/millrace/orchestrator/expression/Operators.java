package dev.millrace.orchestrator.expression;

import dev.cel.common.Operator;
import java.util.Set;

/** Names of functions of the parsed tree, by what they ask of the engine. */
final class Operators {
  static final String AND = Operator.LOGICAL_AND.getFunction();
  static final String OR = Operator.LOGICAL_OR.getFunction();
  static final String ADD = Operator.ADD.getFunction();
  static final String INDEX = Operator.INDEX.getFunction();
  static final String MATCHES = "matches";
  static final String CONTAINS = "contains";

  /** Those that take one field of their first argument by the constant that is their second. */
  static final Set<String> TAKE_A_FIELD =
      Set.of(INDEX, Operator.OPTIONAL_INDEX.getFunction(), Operator.OPTIONAL_SELECT.getFunction());

  /** Those that compare two values. */
  static final Set<String> COMPARE =
      Set.of(
          Operator.EQUALS.getFunction(),
          Operator.NOT_EQUALS.getFunction(),
          Operator.LESS.getFunction(),
          Operator.LESS_EQUALS.getFunction(),
          Operator.GREATER.getFunction(),
          Operator.GREATER_EQUALS.getFunction());

  /** Those that hand a value on, or look at its outside only, whatever its size. */
  static final Set<String> HAND_ON =
      Set.of(
          AND,
          OR,
          INDEX,
          Operator.OPTIONAL_INDEX.getFunction(),
          Operator.OPTIONAL_SELECT.getFunction(),
          Operator.LOGICAL_NOT.getFunction(),
          Operator.NOT_STRICTLY_FALSE.getFunction(),
          Operator.CONDITIONAL.getFunction(),
          "optional.of",
          "optional.none",
          "or",
          "orValue",
          "value",
          "hasValue",
          "dyn",
          "type");

  private Operators() {}
}
