package dev.millrace.orchestrator.expression;

import dev.millrace.orchestrator.core.definition.DefinitionLimits;
import dev.millrace.schemas.Limits;

/**
 * The bounds of an expression. The first group holds when a definition is compiled, the second
 * whenever an expression is evaluated; none depends on a clock, so that the same scope always gives
 * the same value.
 */
public final class ExpressionLimits {
  /** Longest source of one expression, in characters. */
  public static final int SOURCE_CHARS = 2_000;

  /**
   * Deepest nesting of an expression: parentheses, calls, and operators of one precedence in a row.
   */
  public static final int SOURCE_DEPTH = 50;

  /** Longest template, as JSON text, in characters. */
  public static final int TEMPLATE_CHARS = 64 * 1024;

  /** Deepest nesting of a template's objects and arrays. */
  public static final int TEMPLATE_DEPTH = 50;

  /** Most expressions of one template. */
  public static final int TEMPLATE_EXPRESSIONS = 1_000;

  /** Longest regular expression, in characters. */
  public static final int REGEX_CHARS = SOURCE_CHARS;

  /** Largest program that a regular expression may compile to, in RE2 instructions. */
  public static final int REGEX_PROGRAM = 1_000;

  /** Most rounds of all comprehensions of one evaluation together. */
  public static final int ITERATIONS = 10_000;

  /** Largest payload whose fields an expression may look at, in bytes. */
  public static final int PAYLOAD_BYTES = Limits.PAYLOAD_BYTES;

  /** Deepest nesting of such a payload. */
  public static final int PAYLOAD_DEPTH = Limits.JSON_DEPTH;

  /** Longest number in such a payload, in characters. */
  public static final int NUMBER_CHARS = 1_000;

  /** Longest text that a regular expression is matched against, in characters. */
  public static final int MATCHED_CHARS = 16 * 1024;

  /** Longest text that <code>contains</code> looks for, in characters. */
  public static final int SOUGHT_CHARS = 1_000;

  /** Longest text, and most bytes, that an expression may make of others. */
  public static final int MADE_CHARS = Limits.PAYLOAD_BYTES;

  /** Most items of a list that an expression makes or that gives the items of a step. */
  public static final int LIST_ITEMS = 100_000;

  /** Deepest nesting of a value that is made or written. */
  public static final int VALUE_DEPTH = 200;

  /**
   * Most work of one evaluation. Making a value or a character costs 1, handing a value to a
   * function a tenth of its size, and a search or a match some of its text.
   */
  public static final int WORK = 5_000_000;

  /** Largest payload that a template may give, in bytes. */
  public static final int RESULT_BYTES = Limits.PAYLOAD_BYTES;

  /** Most bytes of all items of one list together. */
  public static final int ITEMS_BYTES = 4 * Limits.PAYLOAD_BYTES;

  /** Longest wait, in milliseconds: that of a duration in a definition. */
  public static final long WAIT_MS = DefinitionLimits.LONGEST.toMillis();

  private ExpressionLimits() {}
}
